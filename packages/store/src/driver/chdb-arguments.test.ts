import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { sql } from '../sql/sql.ts'
import { engineArguments } from './chdb-arguments.ts'
import { openChdb } from './chdb.ts'
import type { Driver } from './driver.ts'

let directory: string
let driver: Driver

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'clew-arguments-'))
  driver = openChdb(join(directory, 'engine'))
})
afterAll(async () => {
  await driver.close()
  await rm(directory, { recursive: true, force: true })
})

test('the engine knows the settings it is started with, and obeys', async () => {
  const { rows } = await driver.query<{ name: string; value: string }>(
    sql`SELECT name, value FROM system.server_settings`,
  )
  const values = new Map(rows.map(({ name, value }) => [name, value]))
  const given = engineArguments('/nowhere').map((argument) => argument.slice(2).split('='))
  const listed = given.filter(([name = '']) => !/^background_.*processing_pool_|^backups\./.test(name))
  expect(listed.length).toBeGreaterThan(8)
  expect(listed.map(([name = '']) => [name, values.get(name)])).toEqual(listed)
})

test.runIf(process.platform === 'linux')(
  'removing hundreds of old parts at once leaves no crowd of threads behind',
  async () => {
    await driver.command(sql`CREATE TABLE many (a UInt64) ENGINE = MergeTree ORDER BY a`)
    await driver.command(sql`SYSTEM STOP MERGES many`)
    const before = await engineThreads()
    // One part a row: more than the engine removes one after the other.
    await driver.command(sql`INSERT INTO many SELECT number FROM numbers(200)`, {
      max_block_size: 1,
      min_insert_block_size_rows: 1,
      min_insert_block_size_bytes: 1,
      max_insert_threads: 1,
    })
    await driver.command(sql`TRUNCATE TABLE many`)
    await expect.poll(async () => (await parts()).length, { timeout: 20_000 }).toBeLessThan(5)
    expect((await engineThreads()) - before).toBeLessThan(40)
  },
)

async function parts(): Promise<unknown[]> {
  return (await driver.query(sql`SELECT name FROM system.parts WHERE table = 'many'`)).rows
}

/** Threads of this process that carry the name of the engine's global pool. */
async function engineThreads(): Promise<number> {
  const names = await Promise.all(
    (await readdir('/proc/self/task')).map((id) => readFile(`/proc/self/task/${id}/comm`, 'utf8').catch(() => '')),
  )
  return names.filter((name) => name.trim() === 'ThreadPool').length
}
