import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { encode } from '@clew/otlp/encode'
import { eventually, newDataDir, removeDataDirs, startClew } from './clew-process.ts'
import type { ClewProcess } from './clew-process.ts'

const SPANS_PER_TRACE = 7
let running: ClewProcess | undefined

afterEach(async () => {
  await running?.stop('SIGKILL')
  running = undefined
})
afterAll(removeDataDirs)

let sequence = 0

/** One trace of some spans as one request; its id tells it apart from all others. */
function nextTrace(): { traceId: string; body: Uint8Array<ArrayBuffer> } {
  sequence += 1
  const id = Buffer.alloc(16)
  id.writeUInt32BE(0xc1e30000, 0)
  id.writeUInt32BE(sequence, 12)
  const nowNanos = BigInt(Date.now()) * 1_000_000n
  const spans = Array.from({ length: SPANS_PER_TRACE }, (_, index) => {
    const spanId = Buffer.alloc(8)
    spanId.writeUInt32BE(sequence, 0)
    spanId.writeUInt32BE(index + 1, 4)
    return {
      traceId: id.toString('hex'),
      spanId: spanId.toString('hex'),
      name: `step ${index}`,
      startTimeUnixNano: nowNanos - 1_000_000n,
      endTimeUnixNano: nowNanos,
    }
  })
  const body = encode('traces', { resourceSpans: [{ scopeSpans: [{ spans }] }] })
  return { traceId: id.toString('hex'), body }
}

/** Sends traces from several senders until the connection breaks. Gives the ids that were acknowledged, and all. */
async function loadUntilBroken(
  clew: ClewProcess,
  onAcknowledged: (count: number) => void,
): Promise<{ acknowledged: Set<string>; sent: Set<string> }> {
  const acknowledged = new Set<string>()
  const sent = new Set<string>()
  const sender = async (): Promise<void> => {
    for (;;) {
      const { traceId, body } = nextTrace()
      sent.add(traceId)
      try {
        const response = await fetch(`${clew.otlpHttp}/v1/traces`, {
          method: 'POST',
          body,
          headers: { 'content-type': 'application/x-protobuf' },
        })
        await response.arrayBuffer()
        if (response.ok) acknowledged.add(traceId)
      } catch {
        return
      }
      onAcknowledged(acknowledged.size)
    }
  }
  await Promise.all(Array.from({ length: 8 }, sender))
  return { acknowledged, sent }
}

async function spanCount(clew: ClewProcess, traceId: string): Promise<number> {
  const response = await fetch(`${clew.ui}/api/traces/${traceId}?limit=1`)
  if (response.status === 404) return 0
  expect(response.status).toBe(200)
  return ((await response.json()) as { spanCount: number }).spanCount
}

/** Everything that an earlier run had acknowledged has been brought into the database. */
async function nothingWaits(clew: ClewProcess): Promise<void> {
  await eventually(async () => {
    const { store } = (await (await fetch(`${clew.ui}/api/pipeline`)).json()) as {
      store: { queuedBytes: number; segmentsWaiting: number }
    }
    return store.queuedBytes === 0 && store.segmentsWaiting === 0 ? true : undefined
  })
}

/** How many spans each trace has, several asked at once. */
async function spanCounts(clew: ClewProcess, ids: readonly string[]): Promise<Map<string, number>> {
  const counts = new Map<string, number>()
  const left = [...ids]
  const ask = async (): Promise<void> => {
    for (let id = left.pop(); id !== undefined; id = left.pop()) counts.set(id, await spanCount(clew, id))
  }
  await Promise.all(Array.from({ length: 6 }, ask))
  return counts
}

describe('what was acknowledged is there', () => {
  it('once each after kill -9 under load, three times on one data directory', { timeout: 180_000 }, async () => {
    const dataDir = newDataDir()
    const acknowledged = new Set<string>()
    const sent = new Set<string>()
    for (const killAfter of [40, 100, 200]) {
      running = await startClew(dataDir)
      const { process: child } = running
      const round = await loadUntilBroken(running, (count) => {
        if (count >= killAfter) child.child.kill('SIGKILL')
      })
      await child.finished
      expect(round.acknowledged.size).toBeGreaterThanOrEqual(killAfter)
      for (const id of round.acknowledged) acknowledged.add(id)
      for (const id of round.sent) sent.add(id)
    }
    running = await startClew(dataDir)
    const after = running
    await nothingWaits(after)
    const counts = await spanCounts(after, [...sent])
    // What was not acknowledged may or may not be there, but never in part and never twice.
    const wrong = [...counts].filter(
      ([id, count]) => count !== SPANS_PER_TRACE && (acknowledged.has(id) || count !== 0),
    )
    expect(wrong).toEqual([])
    expect(counts.size).toBeGreaterThanOrEqual(40 + 100 + 200)
  })

  it('after SIGTERM right behind the acknowledgement, and the exit code is 0', async () => {
    const dataDir = newDataDir()
    running = await startClew(dataDir)
    const { traceId, body } = nextTrace()
    const response = await fetch(`${running.otlpHttp}/v1/traces`, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/x-protobuf' },
    })
    expect(response.status).toBe(200)
    const { code } = await running.stop('SIGTERM')
    expect(code).toBe(0)
    running = await startClew(dataDir)
    expect(await spanCount(running, traceId)).toBe(SPANS_PER_TRACE)
  })
})
