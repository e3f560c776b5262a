import { encodeBatch } from '@clew/otlp/encode'
import { getTrace } from '@clew/contract/traces'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestServer, type TestServer } from '../testdata/test-server.ts'
import { timeNote } from './time-note.ts'

const HOUR = 3_600_000_000_000n
const MINUTE = 60_000_000_000n
let server: TestServer

beforeAll(async () => {
  server = await startTestServer()
})
afterAll(async () => {
  await server.close()
})

async function sendAt(traceId: string, startNanos: bigint, durationNanos = 1000n): Promise<void> {
  const span = {
    traceId,
    spanId: traceId.slice(16),
    name: 'odd',
    startTimeUnixNano: startNanos,
    endTimeUnixNano: startNanos + durationNanos,
  }
  await server.send(encodeBatch('traces', { resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] }))
}

const now = (): bigint => BigInt(Date.now()) * 1_000_000n

test.each([
  ['days late', (): bigint => now() - 72n * HOUR, 'late', 72n * HOUR],
  ['from a clock that is hours behind', (): bigint => now() - 3n * HOUR, 'late', 3n * HOUR],
  ['from a clock that is hours ahead', (): bigint => now() + 5n * HOUR, 'ahead', 5n * HOUR],
  ['of 1970', (): bigint => 1n, 'late', 50n * 365n * 24n * HOUR],
  ['of 2200', (): bigint => 7_258_118_400_000_000_000n, 'ahead', 150n * 365n * 24n * HOUR],
] as const)('a trace %s is found by its id, with a note', async (what, start, kind, atLeast) => {
  const traceId = Buffer.from(what.padEnd(16).slice(-16)).toString('hex')
  await sendAt(traceId, start())
  const trace = await server.ask(getTrace, { traceId })
  expect(trace.spanCount).toBe(1)
  expect(trace.timeNote?.kind).toBe(kind)
  expect(BigInt(trace.timeNote?.byNanos ?? 0)).toBeGreaterThanOrEqual(atLeast - MINUTE)
})

test('parts that come out of order and late are one trace, and what arrived in time has no note', async () => {
  const traceId = 'ab'.repeat(16)
  await sendAt(traceId, now())
  expect((await server.ask(getTrace, { traceId })).timeNote).toBeNull()
  await sendAt(traceId, now() - 30n * HOUR)
  expect(await server.ask(getTrace, { traceId })).toMatchObject({ spanCount: 2, timeNote: null })
})

test('where the notes begin', () => {
  const arrival = 1000n * HOUR
  expect(timeNote(arrival - HOUR, arrival - 15n * MINUTE, arrival)).toBeNull()
  expect(timeNote(arrival - HOUR, arrival - 15n * MINUTE - 1n, arrival)).toMatchObject({ kind: 'late' })
  expect(timeNote(arrival + MINUTE, arrival + HOUR, arrival)).toBeNull()
  expect(timeNote(arrival + MINUTE + 1n, arrival + HOUR, arrival)).toMatchObject({ kind: 'ahead' })
  expect(timeNote(0n, 1n, undefined)).toBeNull()
})
