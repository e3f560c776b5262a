// Stores batches while columns of their keys come and go, and prints the number of each that was acknowledged. Killed by the test.
//   node keys-crash-child.mjs <directory> <first> churn    segments are inserted as they come, columns come and go
//   node keys-crash-child.mjs <directory> <first> hold     ten batches are acknowledged and not inserted
import { writeSync } from 'node:fs'
import { encodeBatch } from '@clew/otlp/encode'
import { openStore } from '@clew/store/store'

const [directory, first, mode] = process.argv.slice(2)
const store = await openStore({
  dataDirectory: directory,
  url: 'chdb',
  retentionDays: 7,
  segmentAgeMs: mode === 'hold' ? 1e9 : 40,
  promotion: { checkEveryMs: 1e9, graceMs: 0, settleMs: 0 },
})
let next = Number(first)

function batch(number) {
  const nanos = BigInt(Date.now()) * 1_000_000n
  const spans = Array.from({ length: 10 }, (_, i) => ({
    traceId: number.toString(16).padStart(32, '0'),
    spanId: (number * 10 + i + 1).toString(16).padStart(16, '0'),
    name: 'crash',
    startTimeUnixNano: nanos,
    endTimeUnixNano: nanos + 5n,
    attributes: [
      { key: 'number', value: { intValue: BigInt(number) } },
      { key: 'text', value: { stringValue: `text ${number * 10 + i + 1}` } },
      { key: 'either', value: i % 2 === 0 ? { intValue: BigInt(i) } : { stringValue: '' } },
    ],
  }))
  const resource = { attributes: [{ key: 'service.name', value: { stringValue: `crash-${number % 3}` } }] }
  return encodeBatch('traces', { resourceSpans: [{ resource, scopeSpans: [{ spans }] }] })
}

async function send(times) {
  for (let i = 0; i < times; i++) {
    const number = next++
    await store.consumer.consume(batch(number), {})
    writeSync(1, `${number}\n`)
  }
}

async function comeAndGo() {
  for (let round = 0; ; round++) {
    for (const key of ['number', 'text', 'either']) {
      const action = (round + key.length) % 3 === 0 ? 'demote' : 'promote'
      try {
        await store.keys.decide('span', key, action)
      } catch (error) {
        // Not known to the catalogue before the first segment is in.
        if (error.code !== 'KEY_NOT_FOUND') throw error
      }
      await store.keys.runOnce()
    }
  }
}

writeSync(1, 'ready\n')
if (mode === 'hold') {
  await send(10)
  writeSync(1, 'held\n')
  await new Promise((resolve) => setTimeout(resolve, 1e9))
}
await Promise.all([comeAndGo(), ...Array.from({ length: 4 }, () => send(Number.POSITIVE_INFINITY))])
