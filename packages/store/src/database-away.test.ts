import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLogger } from '@clew/base/logger'
import type { Batch } from '@clew/otlp/batch'
import { encodeBatch } from '@clew/otlp/encode'
import { type ClickHouseDouble, startClickHouseDouble } from '@clew/testkit/clickhouse-http'
import { type FaultProxy, startFaultProxy } from '@clew/testkit/fault-proxy'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { openClickHouse } from './driver/clickhouse.ts'
import { parseClickHouseUrl } from './driver/clickhouse-url.ts'
import { SCHEMA_VERSION } from './schema/migrations.ts'
import { sql, Sql } from './sql/sql.ts'
import { openStore, type Store, type StoreOptions } from './store.ts'
import { CLUSTER } from './testdata/clickhouse-target.ts'

let clickhouse: ClickHouseDouble
let proxy: FaultProxy
let directory: string
let url: string
let store: Store | undefined
let databases = 0

beforeAll(async () => {
  clickhouse = await startClickHouseDouble({ cluster: CLUSTER })
})
afterAll(async () => {
  await clickhouse.close()
})

beforeEach(async () => {
  proxy = await startFaultProxy(Number(new URL(clickhouse.url).port))
  directory = await mkdtemp(join(tmpdir(), 'clew-away-'))
  const address = new URL(clickhouse.url)
  address.port = String(proxy.port)
  url = `${address.href}/away_${databases++}`
})
afterEach(async () => {
  await store?.close(1)
  store = undefined
  await proxy.close()
  await rm(directory, { recursive: true, force: true })
})

async function open(options: Partial<StoreOptions> = {}): Promise<Store> {
  store = await openStore({ dataDirectory: directory, url, retentionDays: 7, segmentAgeMs: 20, ...options })
  return store
}

function batch(first: number, spans = 20): Batch {
  const nanos = BigInt(Date.now()) * 1_000_000n
  const list = Array.from({ length: spans }, (_, i) => ({
    traceId: '0af7651916cd43dd8448eb211c80319c',
    spanId: (first + i).toString(16).padStart(16, '0'),
    name: 'away',
    startTimeUnixNano: nanos,
  }))
  return encodeBatch('traces', { resourceSpans: [{ scopeSpans: [{ spans: list }] }] })
}

async function counts(): Promise<unknown> {
  const { rows } = await store!.query(sql`SELECT count() AS every, uniqExact(SpanId) AS different FROM spans`)
  return rows[0]
}

test('a server that is away at the start: data is taken, it is said since when and why, and all is stored when it comes', async () => {
  await proxy.set({ kind: 'down' })
  const lines: { message: string; since?: string }[] = []
  const logger = createLogger({ level: 'info', format: 'json', write: (line) => void lines.push(JSON.parse(line)) })
  const began = Date.now()
  await open({ logger })
  expect(store?.engine).toMatchObject({ kind: 'clickhouse', version: '' })
  for (let i = 0; i < 5; i++) await store!.consumer.consume(batch(1 + i * 100), {})
  const [trouble] = store!.status().troubles
  expect(trouble).toMatchObject({ kind: 'insert', refusing: false })
  expect(trouble?.message).toMatch(/cannot be reached: .*ECONNREFUSED/)
  expect(trouble?.sinceMillis).toBeGreaterThanOrEqual(began)
  await expect(store!.query(sql`SELECT 1`)).rejects.toMatchObject({ code: 'STORE_UNREACHABLE' })
  // Inserts are tried in the meantime, too: nothing of that may make it another trouble, or a younger one.
  await expect.poll(() => store!.status().segmentsWaiting).toBeGreaterThan(0)
  expect(store!.status().troubles).toEqual([trouble])
  await proxy.set({ kind: 'none' })
  await store!.flush()
  expect(await counts()).toEqual({ every: '100', different: '100' })
  await expect.poll(() => store!.status().troubles).toEqual([])
  expect(store?.engine.version).toMatch(/^2\d\./)
  const since = new Date(trouble!.sinceMillis).toISOString()
  expect(lines.filter((line) => line.since === since).map((line) => line.message)).toEqual([
    'the database is not there; data is taken and kept, and stored when it comes',
    'the database is there; what has waited is being stored',
  ])
})

test('a cluster that is away at the start: the same', async () => {
  await proxy.set({ kind: 'down' })
  await open({ url: `${url}?cluster=${CLUSTER}` })
  await store!.consumer.consume(batch(1), {})
  expect(store!.status().troubles).toMatchObject([{ kind: 'insert' }])
  await proxy.set({ kind: 'none' })
  await store!.flush()
  expect(await counts()).toEqual({ every: '20', different: '20' })
  await expect.poll(() => store!.status().troubles).toEqual([])
  const { rows } = await store!.query(sql`SELECT count() AS n FROM shard_layouts`)
  expect(rows).toEqual([{ n: '1' }])
})

test('what was taken while the server was away is stored by the run that finds it', async () => {
  await proxy.set({ kind: 'down' })
  await open()
  await store!.consumer.consume(batch(1), {})
  await store!.close(1)
  await open()
  await store!.consumer.consume(batch(100), {})
  await store!.close(1)
  await proxy.set({ kind: 'none' })
  await open()
  await store!.flush()
  expect(await counts()).toEqual({ every: '40', different: '40' })
})

test('the spool of a server that is away at the start is bounded', async () => {
  await proxy.set({ kind: 'down' })
  await open({ maxWaitingBytes: 2000 })
  await expect(async () => {
    for (let i = 0; i < 100; i++) await store!.consumer.consume(batch(i * 100), {})
  }).rejects.toMatchObject({ code: 'STORE_BUSY', retryable: true })
  expect(store!.status().troubles).toMatchObject([{ kind: 'full', refusing: true }, { kind: 'insert' }])
})

test('a wrong password ends the start', async () => {
  const address = new URL(url)
  address.password = 'wrong'
  await expect(open({ url: address.href })).rejects.toMatchObject({
    code: 'STORE_REFUSED',
    message: expect.stringContaining('Authentication failed') as string,
    fix: expect.stringContaining('password') as string,
  })
})

test('a newer schema ends the start; one that is found later is said, and waited for', async () => {
  await open()
  await store!.close()
  await setVersion(SCHEMA_VERSION + 1)
  await expect(open()).rejects.toMatchObject({ code: 'SCHEMA_TOO_NEW' })
  await proxy.set({ kind: 'down' })
  await open()
  await store!.consumer.consume(batch(1), {})
  await proxy.set({ kind: 'none' })
  await expect
    .poll(() => store!.status().troubles, { timeout: 20_000 })
    .toMatchObject([{ kind: 'insert', message: expect.stringContaining('schema version') as string }])
  await expect(store!.query(sql`SELECT 1`)).rejects.toMatchObject({ code: 'SCHEMA_TOO_NEW' })
  await setVersion(SCHEMA_VERSION)
  await store!.flush()
  expect(await counts()).toEqual({ every: '20', different: '20' })
})

/** As a newer Clew would leave the database. */
async function setVersion(version: number): Promise<void> {
  const driver = await openClickHouse(parseClickHouseUrl(url))
  try {
    await driver.command(
      new Sql([`INSERT INTO schema_version (Version, RetentionDays, At) SELECT ${version}, 7, now64(3) + 1`], []),
      { insert_deduplicate: 0, deduplicate_insert_select: 'disable' },
    )
  } finally {
    await driver.close()
  }
}
