import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Batch } from '@clew/otlp/batch'
import { encodeBatch } from '@clew/otlp/encode'
import { type ClickHouseDouble, startClickHouseDouble } from '@clew/testkit/clickhouse-http'
import { type FaultProxy, startFaultProxy } from '@clew/testkit/fault-proxy'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { sql } from './sql/sql.ts'
import { openStore, type Store } from './store.ts'

let clickhouse: ClickHouseDouble
let proxy: FaultProxy
let directory: string
let store: Store
let databases = 0

beforeAll(async () => {
  clickhouse = await startClickHouseDouble()
})
afterAll(async () => {
  await clickhouse.close()
})

beforeEach(async () => {
  proxy = await startFaultProxy(Number(new URL(clickhouse.url).port))
  directory = await mkdtemp(join(tmpdir(), 'clew-faults-'))
  store = await openStore({ dataDirectory: directory, url: addressOf(proxy), retentionDays: 7, segmentAgeMs: 20 })
})
afterEach(async () => {
  await store.close(1)
  await proxy.close()
  await rm(directory, { recursive: true, force: true })
})

function addressOf({ port }: FaultProxy): string {
  const url = new URL(clickhouse.url)
  url.port = String(port)
  return `${url.href}/faults_${databases++}`
}

function batch(first: number, spans = 20): Batch {
  const nanos = BigInt(Date.now()) * 1_000_000n
  const list = Array.from({ length: spans }, (_, i) => ({
    traceId: '0af7651916cd43dd8448eb211c80319c',
    spanId: (first + i).toString(16).padStart(16, '0'),
    name: `fault ${first + i}`,
    startTimeUnixNano: nanos,
    attributes: [{ key: 'text', value: { stringValue: String(first * 7919).repeat(50) } }],
  }))
  return encodeBatch('traces', { resourceSpans: [{ scopeSpans: [{ spans: list }] }] })
}

async function counts(): Promise<unknown> {
  const { rows } = await store.query(sql`SELECT count() AS every, uniqExact(SpanId) AS different FROM spans`)
  return rows[0]
}

test('a server that is down: data is taken and spooled, it is said since when, and stored once it is back', async () => {
  await proxy.set({ kind: 'down' })
  for (let i = 0; i < 5; i++) await store.consumer.consume(batch(1 + i * 100), {})
  await expect.poll(() => store.status().troubles).toMatchObject([{ kind: 'insert', refusing: false }])
  const [trouble] = store.status().troubles
  await expect(store.query(sql`SELECT 1`)).rejects.toMatchObject({ code: 'STORE_UNREACHABLE' })
  await store.consumer.consume(batch(1000), {})
  expect(store.status().troubles[0]?.sinceMillis).toBe(trouble?.sinceMillis)
  await proxy.set({ kind: 'none' })
  await store.flush()
  expect(store.status().troubles).toEqual([])
  expect(await counts()).toEqual({ every: '120', different: '120' })
})

test.each([
  ['reset in the middle of a request', { kind: 'cut-request', afterBytes: 2000 }],
  ['cut off before the answer, although everything was stored', { kind: 'cut-answer', afterBytes: 0 }],
  ['cut off in the middle of the answer', { kind: 'cut-answer', afterBytes: 60 }],
] as const)('a connection %s: the insert is made again, once each', async (_what, fault) => {
  await proxy.set(fault)
  for (let i = 0; i < 3; i++) await store.consumer.consume(batch(1 + i * 100), {})
  await expect.poll(() => proxy.broken, { timeout: 20_000 }).toBeGreaterThan(3)
  await proxy.set({ kind: 'none' })
  await store.consumer.consume(batch(1000), {})
  await store.flush()
  expect(await counts()).toEqual({ every: '80', different: '80' })
  expect(store.status()).toMatchObject({ segmentsSetAside: 0, troubles: [] })
})

test('a server that hangs: whoever asks gets an answer, data is taken, and all is stored when it goes on', async () => {
  await proxy.set({ kind: 'hang' })
  await store.consumer.consume(batch(1), {})
  await expect(store.query(sql`SELECT 1`, { maxExecutionMs: 100 })).rejects.toMatchObject({ code: 'QUERY_TIMEOUT' })
  const abort = new AbortController()
  const asked = store.query(sql`SELECT 1`, { abort: abort.signal })
  abort.abort()
  await expect(asked).rejects.toMatchObject({ code: 'QUERY_CANCELLED' })
  await store.consumer.consume(batch(100), {})
  await proxy.set({ kind: 'none' })
  await store.flush()
  expect(await counts()).toEqual({ every: '40', different: '40' })
})

test('a slow server slows nobody who sends, and half an answer is no answer', async () => {
  await proxy.set({ kind: 'slow', delayMs: 50 })
  await Promise.all(Array.from({ length: 20 }, (_, i) => store.consumer.consume(batch(1 + i * 100), {})))
  await proxy.set({ kind: 'cut-answer', afterBytes: 5_000 })
  await expect(store.query(sql`SELECT number, 'some text' FROM numbers(100000)`)).rejects.toMatchObject({
    code: 'STORE_UNREACHABLE',
  })
  await proxy.set({ kind: 'none' })
  await store.flush()
  expect(await counts()).toEqual({ every: '400', different: '400' })
})

test('a query that wants too much memory fails alone', async () => {
  const hungry = sql`SELECT length(groupArray(toString(number))) FROM numbers(20000000)`
  await expect(store.query(hungry, { maxMemoryBytes: 20 << 20 })).rejects.toMatchObject({ code: 'ENGINE_MEMORY' })
  await store.consumer.consume(batch(1), {})
  await store.flush()
  expect(await counts()).toEqual({ every: '20', different: '20' })
})
