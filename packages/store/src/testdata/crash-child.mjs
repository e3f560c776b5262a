// Stores batches as fast as it can and prints the number of each that was acknowledged. Killed by the crash test.
import { writeSync } from 'node:fs'
import { encodeBatch } from '@clew/otlp/encode'
import { openStore } from '@clew/store/store'

const [directory, first] = process.argv.slice(2)
const store = await openStore({ dataDirectory: directory, url: 'chdb', retentionDays: 7, segmentAgeMs: 60 })
let next = Number(first)

function batch(number) {
  const nanos = BigInt(Date.now()) * 1_000_000n
  const spans = Array.from({ length: 10 }, (_, i) => ({
    traceId: number.toString(16).padStart(32, '0'),
    spanId: (number * 10 + i + 1).toString(16).padStart(16, '0'),
    name: 'crash',
    startTimeUnixNano: nanos,
    endTimeUnixNano: nanos + 5n,
    attributes: [{ key: 'text', value: { stringValue: 'x'.repeat(200) } }],
  }))
  const logRecords = [{ timeUnixNano: nanos, body: { stringValue: `batch ${number}` } }]
  const resource = { attributes: [{ key: 'service.name', value: { stringValue: `crash-${number % 3}` } }] }
  return number % 4 === 0
    ? encodeBatch('logs', { resourceLogs: [{ resource, scopeLogs: [{ logRecords }] }] })
    : encodeBatch('traces', { resourceSpans: [{ resource, scopeSpans: [{ spans }] }] })
}

async function send() {
  for (;;) {
    const number = next++
    await store.consumer.consume(batch(number), {})
    writeSync(1, `${number}\n`)
  }
}

writeSync(1, 'ready\n')
await Promise.all(Array.from({ length: 8 }, send))
