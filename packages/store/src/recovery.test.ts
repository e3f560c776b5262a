import { copyFile, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { encodeBatch } from '@clew/otlp/encode'
import type { Batch } from '@clew/otlp/batch'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { migrate } from './schema/migrate.ts'
import { SCHEMA_VERSION } from './schema/migrations.ts'
import { sql } from './sql/sql.ts'
import { openStore, type Store, type StoreOptions } from './store.ts'

/** Under this name a segment is one the engine has not seen. */
const FOREIGN = `${Date.now()}-00c0ffee.wal`

let directory: string
let store: Store | undefined

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'clew-recovery-'))
})

afterEach(async () => {
  await store?.close()
  store = undefined
  await rm(directory, { recursive: true, force: true })
})

async function open(options: Partial<StoreOptions> = {}): Promise<Store> {
  store = await openStore({ dataDirectory: directory, url: 'chdb', retentionDays: 7, segmentAgeMs: 1e9, ...options })
  return store
}

function batch(first: number, spans = 3): Batch {
  const nanos = BigInt(Date.now()) * 1_000_000n
  const list = Array.from({ length: spans }, (_, i) => ({
    traceId: '0af7651916cd43dd8448eb211c80319c',
    spanId: (first + i).toString(16).padStart(16, '0'),
    name: 'recovered',
    startTimeUnixNano: nanos,
    attributes: [{ key: 'n', value: { intValue: BigInt(first) } }],
  }))
  const resource = { attributes: [{ key: 'service.name', value: { stringValue: 'svc' } }] }
  return encodeBatch('traces', { resourceSpans: [{ resource, scopeSpans: [{ spans: list }] }] })
}

const segments = (): Promise<string[]> => readdir(join(directory, 'segments'))

async function spanCount(from: Store): Promise<{ all: string; distinct: string; summed: string }> {
  const { rows } = await from.query<{ all: string; distinct: string; summed: string }>(
    sql`SELECT count() AS all, uniqExact(SpanId) AS distinct, (SELECT sum(SpanCount) FROM trace_summaries) AS summed FROM spans`,
  )
  return rows.at(0)!
}

/** Closes the store so that nothing waiting is inserted, as a kill would leave it. Returns the segment's path. */
async function leaveSegment(numbers: readonly number[]): Promise<string> {
  const first = await open()
  for (const number of numbers) await first.consumer.consume(batch(number), {})
  const name = (await segments()).at(0)!
  const path = join(directory, 'segments', name)
  const copy = join(directory, 'kept')
  await copyFile(path, copy)
  await first.close()
  store = undefined
  expect(await segments()).toEqual([])
  await copyFile(copy, path)
  return path
}

test('a segment that was inserted but not yet deleted is not stored twice', async () => {
  await leaveSegment([1, 10, 20])
  const again = await open()
  await again.flush()
  expect(await spanCount(again)).toEqual({ all: '9', distinct: '9', summed: '9' })
  expect(await segments()).toEqual([])
})

test('a segment that was never inserted is stored at the next start, what was torn off is left out', async () => {
  const path = await leaveSegment([1, 10])
  const other = join(directory, 'segments', FOREIGN)
  const bytes = await readFile(path)
  await rm(path)
  await writeFile(other, bytes.subarray(0, bytes.length - 5))
  const again = await open()
  await again.flush()
  expect(await spanCount(again)).toEqual({ all: '9', distinct: '6', summed: '9' })
  expect(again.status().segmentsSetAside).toBe(0)
})

test('a damaged record is kept aside, the others are stored, and it is said', async () => {
  const path = await leaveSegment([1, 10, 20])
  const bytes = await readFile(path)
  bytes[40]! ^= 0xff
  await rm(path)
  await writeFile(join(directory, 'segments', FOREIGN), bytes)
  const said: string[] = []
  const log = (message: string): void => void said.push(message)
  const logger = { debug: log, info: log, warn: log, error: log, with: () => logger }
  const again = await open({ logger })
  await again.flush()
  expect(await spanCount(again)).toEqual({ all: '15', distinct: '9', summed: '15' })
  expect(said.some((message) => message.includes('damaged'))).toBe(true)
  expect(await readdir(join(directory, 'set-aside'))).toEqual([FOREIGN])
})

test('close stores everything that was acknowledged and refuses what comes later', async () => {
  const first = await open()
  await Promise.all(Array.from({ length: 20 }, (_, i) => first.consumer.consume(batch(1 + i * 10), {})))
  await first.close()
  await expect(first.consumer.consume(batch(1000), {})).rejects.toMatchObject({ code: 'STORE_CLOSED', retryable: true })
  store = undefined
  const again = await open()
  expect(await spanCount(again)).toEqual({ all: '60', distinct: '60', summed: '60' })
})

test('too much waiting is refused with a time to come back, and nothing of it is stored', async () => {
  const first = await open({ maxWaitingBytes: 2000 })
  await first.consumer.consume(batch(1), {})
  await expect(first.consumer.consume(batch(100, 100), {})).rejects.toMatchObject({
    code: 'STORE_BUSY',
    retryable: true,
    retryAfterMs: 1000,
  })
  await first.flush()
  expect(await spanCount(first)).toMatchObject({ all: '3' })
  expect(first.status().batchesRefused).toBe(1)
})

test('a second store on the directory gets a clear error', async () => {
  await open()
  await expect(openStore({ dataDirectory: directory, url: 'chdb', retentionDays: 7 })).rejects.toMatchObject({
    code: 'DATA_DIR_IN_USE',
    fix: expect.stringContaining('--data-dir') as string,
  })
})

test('another retention is taken over at the next start; a newer schema is refused', async () => {
  const first = await open()
  await first.close()
  const second = await open({ retentionDays: 3 })
  const { rows } = await second.query<{ create_table_query: string }>(
    sql`SELECT create_table_query FROM system.tables WHERE name = 'spans' AND database = currentDatabase()`,
  )
  expect(rows[0]?.create_table_query).toContain('TTL Day + toIntervalDay(4)')
  await second.query(sql`INSERT INTO schema_version (Version, RetentionDays) VALUES (99, 3)`)
  await second.close()
  store = undefined
  await expect(open({ retentionDays: 3 })).rejects.toMatchObject({ code: 'SCHEMA_TOO_NEW' })
})

test('a disk that fails is said to the sender, who may send again; nothing is doubled', async () => {
  const first = await open()
  const folder = join(directory, 'segments')
  await rename(folder, join(directory, 'away'))
  await expect(first.consumer.consume(batch(1), {})).rejects.toMatchObject({
    code: 'STORE_WRITE_FAILED',
    retryable: true,
  })
  await rename(join(directory, 'away'), folder)
  await first.consumer.consume(batch(1), {})
  await first.flush()
  expect(await spanCount(first)).toEqual({ all: '3', distinct: '3', summed: '3' })
})

test('a database of an older schema is brought to this one', async () => {
  const NEXT = SCHEMA_VERSION + 1
  const first = await open()
  await first.query(sql`ALTER TABLE spans DROP COLUMN a_peer_service`)
  await first.query(sql`ALTER TABLE spans RESET SETTING min_level_for_wide_part`)
  await first.query(sql`INSERT INTO schema_version (Version, RetentionDays) VALUES (1, 7)`)
  const driver = {
    query: first.query,
    command: async (statement: Parameters<Store['query']>[0]) => void (await first.query(statement)),
  }
  const columns = ['ADD COLUMN IF NOT EXISTS a_peer_service LowCardinality(String)']
  const changes = [{ table: 'spans', change: { columns } }]
  const migrations = [
    { version: SCHEMA_VERSION, changes },
    { version: NEXT, changes },
  ]
  await migrate(driver, { retentionDays: 7 }, { version: NEXT, migrations })
  await migrate(driver, { retentionDays: 7 }, { version: NEXT, migrations })
  const { rows } = await first.query(sql`SELECT Version FROM schema_version ORDER BY At, Version`)
  expect(rows).toEqual([{ Version: SCHEMA_VERSION }, { Version: 1 }, { Version: NEXT }])
  const tables = await first.query<{ ddl: string }>(
    sql`SELECT create_table_query AS ddl FROM system.tables WHERE name = 'spans' AND database = currentDatabase()`,
  )
  expect(tables.rows[0]?.ddl).toContain('min_level_for_wide_part = 1')
  await first.consumer.consume(batch(1), {})
  await first.flush()
  expect((await first.query(sql`SELECT any(a_peer_service) AS peer FROM spans`)).rows).toEqual([{ peer: '' }])
})
