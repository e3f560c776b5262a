import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ClickHouseDouble, startClickHouseDouble } from '@clew/testkit/clickhouse-http'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { sql } from './sql/sql.ts'
import { openStore, type Store } from './store.ts'
import { NOW, traces } from './testdata/suite-store.ts'

/*
 * A cluster of which one replica of every shard does not answer: what needs one replica goes on, what needs all of them waits and
 * says so. The servers that are away are addresses at which nobody listens; it is the engine that tries them.
 */
let double: ClickHouseDouble
let directory: string
let store: Store

const open = async (): Promise<Store> =>
  await openStore({
    dataDirectory: directory,
    url: `${double.url}/clew?cluster=two`,
    retentionDays: 7,
    promotion: { checkEveryMs: 1e9, settleMs: 0 },
  })

beforeAll(async () => {
  double = await startClickHouseDouble({ cluster: 'two', replicaAway: true })
  directory = await mkdtemp(join(tmpdir(), 'clew-away-'))
  store = await open()
})
afterAll(async () => {
  await store.close()
  await double.close()
  await rm(directory, { recursive: true, force: true })
})

test('the engine does miss the replicas when all are asked, and the error says that it is servers', async () => {
  const all = sql`SELECT count() AS n FROM clusterAllReplicas('two', system.one)`
  await expect(store.query(all)).rejects.toMatchObject({ code: 'SHARD_UNREACHABLE' })
})

test('Clew starts, stores, answers, and counts what is stored', async () => {
  const span = {
    traceId: 'ab'.repeat(16),
    spanId: 'cd'.repeat(8),
    name: 'op',
    startTimeUnixNano: NOW,
    endTimeUnixNano: NOW,
    attributes: [{ key: 'order', value: { stringValue: 'o-1' } }],
  }
  await store.consumer.consume(traces([span]), {})
  await store.flush()
  expect((await store.query(sql`SELECT Name FROM spans`)).rows).toEqual([{ Name: 'op' }])
  const { rows } = await store.query(sql`SELECT sum(rows) AS n FROM ${store.parts} WHERE table = 'spans_local'`)
  expect(rows).toEqual([{ n: '1' }])
  await store.close()
  store = await open()
  expect((await store.query(sql`SELECT Name FROM spans`)).rows).toEqual([{ Name: 'op' }])
})

test('keys get no columns meanwhile, searches use none, and the table of keys says why', async () => {
  expect(store.keys.trouble).toMatch(/connect|ALL_CONNECTION_TRIES_FAILED|refused/i)
  expect(store.keys.usable()).toEqual([])
  await expect(store.keys.decide('span', 'order', 'promote')).rejects.toMatchObject({ code: 'SHARD_UNREACHABLE' })
  expect(store.keys.promoted()).toEqual([])
})
