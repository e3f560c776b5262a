import { copyFile, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { encodeBatch } from '@clew/otlp/encode'
import type { Batch } from '@clew/otlp/batch'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { migrate } from './schema/migrate.ts'
import { SCHEMA_VERSION } from './schema/migrations.ts'
import { sql } from './sql/sql.ts'
import { frameHeader } from './write/frame.ts'
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
  const copy = FOREIGN.replace('.wal', '.damaged')
  expect(await readdir(join(directory, 'set-aside'))).toEqual([copy, `${copy}.why.txt`])
  expect(await readFile(join(directory, 'set-aside', `${copy}.why.txt`), 'utf8')).toMatch(
    /^\d{4}-.*offset 0 were changed/,
  )
  const [trouble] = again.status().troubles
  expect(trouble).toMatchObject({ kind: 'set-aside', refusing: false })
  // The next run still says so, and since when, until somebody has looked and taken the files away.
  await again.close()
  const third = await open()
  const [later] = third.status().troubles
  expect(later?.kind).toBe('set-aside')
  expect(Math.abs((later?.sinceMillis ?? 0) - (trouble?.sinceMillis ?? 0))).toBeLessThan(2000)
  await third.close()
  await rm(join(directory, 'set-aside'), { recursive: true })
  expect((await open()).status().troubles).toEqual([])
})

test('the last record of a segment, damaged, is not taken for a torn write', async () => {
  const path = await leaveSegment([1, 10])
  const bytes = await readFile(path)
  bytes[bytes.length - 1]! ^= 1
  await rm(path)
  await writeFile(join(directory, 'segments', FOREIGN), bytes)
  const again = await open()
  await again.flush()
  expect(await spanCount(again)).toEqual({ all: '9', distinct: '6', summed: '9' })
  expect(again.status().segmentsSetAside).toBe(1)
})

test('a record of which no rows can be made does not hold up the others', async () => {
  await (await open()).close()
  const good = batch(1).toProtobuf()
  const bad = Buffer.from('no protobuf at all')
  const file = Buffer.concat(
    [good, bad, batch(10).toProtobuf()].flatMap((payload) => [frameHeader('traces', payload), payload]),
  )
  await writeFile(join(directory, 'segments', FOREIGN), file)
  const again = await open()
  await again.consumer.consume(batch(20), {})
  await again.flush()
  expect(await spanCount(again)).toEqual({ all: '9', distinct: '9', summed: '9' })
  expect(again.status().troubles[0]?.message).toContain('no rows can be made')
})

test('a file in the place of segments that is none is left alone', async () => {
  await (await open()).close()
  await writeFile(join(directory, 'segments', 'notes.txt'), 'mine')
  await writeFile(join(directory, 'segments', FOREIGN), Buffer.from('garbage from the first byte to the last one'))
  const again = await open()
  await again.flush()
  expect(await segments()).toEqual(['notes.txt'])
  expect(again.status().segmentsSetAside).toBe(1)
})

test('refusing because too much waits is a trouble with a beginning, over when there is room', async () => {
  const first = await open({ maxWaitingBytes: 20_000 })
  const fill = async (): Promise<void> => {
    for (let number = 1; ; number += 10) await first.consumer.consume(batch(number), {})
  }
  await expect(fill()).rejects.toMatchObject({ code: 'STORE_BUSY' })
  expect(first.status().troubles).toMatchObject([{ kind: 'full', refusing: true }])
  await first.flush()
  expect(first.status().troubles).toEqual([])
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
  const [trouble] = first.status().troubles
  expect(trouble).toMatchObject({ kind: 'disk', refusing: true, message: expect.stringContaining('ENOENT') as string })
  await expect(first.consumer.consume(batch(1), {})).rejects.toMatchObject({ code: 'STORE_WRITE_FAILED' })
  expect(first.status().troubles[0]?.sinceMillis).toBe(trouble?.sinceMillis)
  await rename(join(directory, 'away'), folder)
  // It finds out by itself, without anybody sending.
  await expect.poll(() => first.status().troubles, { timeout: 20_000 }).toEqual([])
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
