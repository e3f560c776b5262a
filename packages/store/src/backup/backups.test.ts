import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '@clew/base/clock'
import { silentLogger } from '@clew/base/logger'
import { generateTelemetry } from '@clew/testkit/telemetry-generator'
import { type ClickHouseDouble, startClickHouseDouble } from '@clew/testkit/clickhouse-http'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openClickHouse } from '../driver/clickhouse.ts'
import { parseClickHouseUrl } from '../driver/clickhouse-url.ts'
import { sql } from '../sql/sql.ts'
import { openStore, type Store } from '../store.ts'
import { Backups } from './backups.ts'
import { restoreBackup } from './restore.ts'

let double: ClickHouseDouble
let directory: string

beforeAll(async () => {
  double = await startClickHouseDouble()
  directory = await mkdtemp(join(tmpdir(), 'clew-backups-'))
})
afterAll(async () => {
  await double.close()
  await rm(directory, { recursive: true, force: true })
})

const open = (database: string): Promise<Store> =>
  openStore({ dataDirectory: join(directory, database), url: `${double.url}/${database}`, retentionDays: 7 })

async function totals(store: Store): Promise<unknown> {
  const { rows } = await store.query(
    sql`SELECT (SELECT count() FROM spans) AS spans, (SELECT sum(SpanCount) FROM trace_summaries) AS summed, (SELECT count() FROM logs) AS logs, (SELECT count() FROM metric_sum) AS points, (SELECT count() FROM attribute_keys) > 0 AS hasKeys`,
  )
  return rows[0]
}

test('a server backs up to its disk and is filled from there; the copy has every table', async () => {
  const store = await open('original')
  const data = generateTelemetry({ seed: 7, traces: 50, endNanos: BigInt(Date.now()) * 1_000_000n })
  for (const batch of [...data.traceBatches, ...data.logBatches, data.metricBatch])
    await store.consumer.consume(batch, {})
  // Not flushed: what was acknowledged is part of a backup that begins afterwards.
  expect(store.backups.start('monday')).toMatchObject({
    state: 'running',
    place: 'monday on the disk backups of the ClickHouse servers',
  })
  expect(() => store.backups.start('tuesday')).toThrow(/being made/)
  await expect.poll(() => store.backups.get('monday')?.state, { timeout: 20_000 }).toBe('done')
  const expected = await totals(store)
  expect(expected).toMatchObject({ spans: String(data.traces.flat().length), hasKeys: 1 })
  await store.close()

  const url = `${double.url}/original`
  await expect(restoreBackup({ from: 'monday', dataDirectory: directory, url })).rejects.toMatchObject({
    code: 'RESTORE_NOT_EMPTY',
  })
  const driver = await openClickHouse(parseClickHouseUrl(url))
  await driver.command(sql`DROP DATABASE original SYNC`)
  await driver.close()
  const progress: number[] = []
  await restoreBackup({
    from: 'monday',
    dataDirectory: directory,
    url,
    onProgress: ({ bytes }) => progress.push(bytes),
  })
  expect(progress.at(-1)).toBeGreaterThan(0)
  const again = await open('original')
  expect(await totals(again)).toEqual(expected)
  await again.close()
})

test('a backup that fails says why and what to do; names cannot leave their place', async () => {
  const store = await open('failing')
  store.backups.start('monday')
  await expect.poll(() => store.backups.get('monday')?.state, { timeout: 20_000 }).toBe('failed')
  expect(store.backups.get('monday')).toMatchObject({ fix: 'choose another name' })
  for (const name of ['', '../x', 'a/b', "a'b", '.hidden', 'x'.repeat(101)])
    expect(() => store.backups.start(name)).toThrow(expect.objectContaining({ code: 'BACKUP_NAME' }) as Error)
  await store.close()
  await expect(
    restoreBackup({ from: 'nowhere', dataDirectory: directory, url: `${double.url}/empty` }),
  ).rejects.toMatchObject({ code: 'BACKUP_FAILED', fix: 'name a backup that is there and whole' })
})

test('an engine that does not answer is a failed backup, not a crash', async () => {
  const driver = await openClickHouse(parseClickHouseUrl(`${double.url}/gone`))
  const options = { driver, clock: systemClock, logger: silentLogger }
  const backups = new Backups({ ...options, flush: () => Promise.reject(new Error('the disk is full')) })
  backups.start('one')
  await expect.poll(() => backups.get('one')).toMatchObject({ state: 'failed', problem: 'the disk is full' })
  await backups.stop()
  await driver.close()
})
