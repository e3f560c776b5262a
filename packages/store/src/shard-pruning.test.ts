import { systemClock } from '@clew/base/clock'
import { silentLogger } from '@clew/base/logger'
import { expect, test } from 'vitest'
import type { Driver } from './driver/driver.ts'
import { ShardWatch } from './schema/shard-watch.ts'
import { fixedParameter, fixedsParameter, sql, type Sql } from './sql/sql.ts'
import { clusterTarget } from './testdata/clickhouse-target.ts'
import { NOW, suiteStore, traces } from './testdata/suite-store.ts'

const suite = suiteStore(clusterTarget)
const ID = Buffer.from('0af7651916cd43dd8448eb211c80319c', 'hex')
const OTHER = Buffer.from('11111111111111111111111111111111', 'hex')

test('a trace by id is asked of the one shard that has it, in every form in which ids are given', async () => {
  await suite.put(
    traces(
      [ID, OTHER].flatMap((id) =>
        Array.from({ length: 5 }, (_, i) => ({
          traceId: id.toString('hex'),
          spanId: `000000000000000${i + 1}`,
          startTimeUnixNano: NOW,
        })),
      ),
    ),
  )
  // The setting makes it an error to ask all shards.
  const asked = async (table: Sql, where: Sql): Promise<number[]> => {
    const { rows } = await suite.store.query<{ shard: number }>(
      sql`SELECT DISTINCT _shard_num AS shard FROM ${table} WHERE ${where} ORDER BY shard SETTINGS force_optimize_skip_unused_shards = 1`,
    )
    return rows.map((row) => row.shard)
  }
  for (const table of [sql`spans`, sql`trace_summaries`]) {
    const shards = await Promise.all(
      [
        sql`TraceId = ${fixedParameter(ID, 16)}`,
        sql`TraceId IN ${fixedsParameter([ID], 16)}`,
        sql`TraceId IN ${fixedsParameter([ID, ID], 16)} AND Day > '1970-01-01'`,
      ].map((where) => asked(table, where)),
    )
    expect(shards).toEqual([shards[0], shards[0], shards[0]])
    expect(shards[0]).toHaveLength(1)
  }
  // All parts of a trace are together: its spans and what is summed up of it.
  const both = sql`TraceId IN ${fixedsParameter([ID, OTHER], 16)}`
  expect(await asked(sql`spans`, both)).toEqual(await asked(sql`trace_summaries`, both))
  await expect(asked(sql`spans`, sql`Name = 'x'`)).rejects.toThrow(/[Ss]harding key/)
})

test('after the shards have changed all of them are asked, until the retention has let go of what was before', async () => {
  const told: boolean[] = []
  const driver = {
    cluster: { name: new URL(suite.url).searchParams.get('cluster')!, database: '' },
    query: suite.store.query,
    command: async (statement: Sql) => void (await suite.store.query(statement)),
    pruneShards: (on: boolean) => void told.push(on),
  } satisfies Pick<Driver, 'query' | 'command' | 'cluster' | 'pruneShards'>
  const watch = new ShardWatch({ driver, clock: systemClock, logger: silentLogger, retentionDays: 7 })
  const layouts = async (): Promise<string[]> => {
    const { rows } = await suite.store.query<{ Layout: string }>(sql`SELECT Layout FROM shard_layouts ORDER BY At`)
    return rows.map((row) => row.Layout)
  }
  await watch.check()
  const [now = ''] = await layouts()
  expect([told, now]).toEqual([[true], '1:1,2:1'])

  // Once there was one shard, and the second was added long ago: all that is left lies on two.
  const history = async (layout: string, daysAgo: number): Promise<unknown> =>
    await suite.store.query(
      sql`INSERT INTO shard_layouts (Layout, At) SELECT ${layout}, now64(3) - toIntervalDay(${daysAgo}) SETTINGS insert_deduplicate = 0`,
    )
  await suite.store.query(sql`TRUNCATE TABLE shard_layouts`)
  await history('1:1', 30)
  await history(now, 10)
  await watch.check()
  expect(told).toEqual([true, true])

  // It was added yesterday.
  await suite.store.query(sql`TRUNCATE TABLE shard_layouts`)
  await history('1:1', 30)
  await history(now, 8)
  await watch.check()
  expect(told.at(-1)).toBe(false)

  // It is there since a moment: that is noted once.
  await suite.store.query(sql`TRUNCATE TABLE shard_layouts`)
  await history('1:1', 30)
  await watch.check()
  await watch.check()
  expect([await layouts(), told.slice(-2)]).toEqual([
    ['1:1', now],
    [false, false],
  ])
})
