import type { KeyRow } from '@clew/contract/keys'
import { decideKey, listKeys } from '@clew/contract/keys'
import { attributeKeys, attributeValues, searchTraces } from '@clew/contract/traces'
import { Sql, sql } from '@clew/store/sql/sql'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { BASE_MS, span, spanBatch, spanHex, traceHex } from '../testdata/span-fixture.ts'
import { startTestServer, type TestServer } from '../testdata/test-server.ts'

const RANGE = { start: String(BASE_MS), end: String(BASE_MS + 3_600_000) }
const SPANS = 400
let server: TestServer

beforeAll(async () => {
  server = await startTestServer()
  const spans = (from: number) =>
    Array.from({ length: SPANS }, (_, i) =>
      span({
        traceId: traceHex(from + i),
        spanId: spanHex(from + i),
        atMs: i,
        attrs: {
          'order.id': `order-${from + i}-${'x'.repeat(40)}`,
          'cart.size': i % 2 === 0 ? BigInt(i % 9) : 'many',
          'http.route': '/cart',
          constant: 'the same in every span',
        },
        events: [{ name: 'e', attrs: { 'cart.size': 1n } }],
      }),
    )
  await server.send(spanBatch('shop', spans(1), { resource: { 'host.name': 'a' } }))
  await server.send(spanBatch('shop', spans(1 + SPANS), { resource: { 'host.name': 'a' } }))
})
afterAll(async () => await server.close())

async function row(key: string, level = 'span'): Promise<KeyRow> {
  const { keys } = await server.ask(listKeys, { find: key })
  const found = keys.find((each) => each.key === key && each.level === level)
  if (found === undefined) throw new Error(`no ${level} ${key}`)
  return found
}

test('says what each key is, costs and how often it is asked for', async () => {
  const order = await row('order.id')
  expect(order).toMatchObject({
    signal: 'traces',
    types: [{ type: 'string', count: 2 * SPANS }],
    count: 2 * SPANS,
    distinct: { value: 2 * SPANS, exact: true },
    state: 'map',
    filled: null,
    forced: null,
    lastUsedNanos: null,
  })
  expect(order.compressed).toMatchObject({ estimated: true })
  const constant = await row('constant')
  expect(constant.distinct).toEqual({ value: 1, exact: true })
  // Random-looking ids cost more on disk than a constant of half their size.
  expect(order.compressed!.bytes).toBeGreaterThan(4 * constant.compressed!.bytes)
  expect(order.compressed!.bytes).toBeLessThan(order.bytes)
  const cart = await row('cart.size')
  expect(new Map(cart.types.map(({ type, count }) => [type, count]))).toEqual(
    new Map([
      ['int', SPANS],
      ['string', SPANS],
    ]),
  )
  expect(cart.distinct?.value).toBe(10)
  expect((await row('http.route')).state).toBe('built-in')
  expect((await row('http.route')).distinct?.value).toBe(1)
  expect(await row('host.name', 'resource')).toMatchObject({ state: 'interned', distinct: { value: 1 } })
  expect((await row('cart.size', 'event')).state).toBe('map')
})

test('a map is divided among its keys: measured, the estimates add up to its size', async () => {
  // Parts with a file per column tell how big a column is. Those of both shards of the tests' cluster lie in one table.
  const stored = process.env['CLEW_TEST_QUERY_STORE'] === 'cluster' ? 'spans_rows' : 'spans'
  await server.store.query(
    new Sql([`ALTER TABLE ${stored} MODIFY SETTING min_bytes_for_wide_part = 0, min_level_for_wide_part = 0`], []),
  )
  await server.store.query(new Sql([`OPTIMIZE TABLE ${stored} FINAL`], []))
  const other = server.withoutColumns()
  const response = await other.fetch(new Request('http://localhost/api/keys?level=span'))
  const { keys } = (await response.json()) as { keys: KeyRow[] }
  const { rows } = await server.store.query<{ bytes: string }>(
    sql`SELECT sum(data_compressed_bytes) AS bytes FROM system.columns WHERE database = currentDatabase() AND table = ${stored} AND name = 'Attributes'`,
  )
  const inMap = keys.filter((each) => each.state === 'map').reduce((sum, each) => sum + each.compressed!.bytes, 0)
  expect(Math.abs(inMap - Number(rows[0]!.bytes))).toBeLessThan(keys.length)
  expect(keys.find((each) => each.key === 'http.route')?.compressed?.estimated).toBe(false)
})

test('searches and lists of values are counted where the key occurs', async () => {
  const before = await row('cart.size')
  await server.ask(searchTraces, { ...RANGE, q: 'cart.size>3 AND NOT span.cart.size=7' })
  await server.ask(searchTraces, { ...RANGE, q: 'event.cart.size=1' })
  await server.ask(searchTraces, { ...RANGE, q: 'never.seen=1' })
  await server.ask(attributeValues, { ...RANGE, key: 'span.cart.size' })
  const after = await row('cart.size')
  // Once for any level and once for spans, whatever the number of types.
  expect(after.filters - before.filters).toBeGreaterThanOrEqual(2)
  expect(after.groups - before.groups).toBe(1)
  expect(after.lastUsedNanos).not.toBeNull()
  expect((await row('cart.size', 'event')).filters).toBeGreaterThanOrEqual(2)
  const { rows } = await server.store.query<{ n: string }>(
    sql`SELECT count() AS n FROM attribute_usage WHERE Key = 'never.seen'`,
  )
  expect(rows).toEqual([{ n: '0' }])
})

test('a person promotes and demotes; the searches stay the same and say so in their SQL', async () => {
  const find = async () =>
    await server.ask(searchTraces, { ...RANGE, q: 'order.id:order-77- AND cart.size=many OR cart.size=4', limit: 500 })
  const ids = (answer: Awaited<ReturnType<typeof find>>) => answer.traces.map((each) => each.traceId).toSorted()
  const before = await find()
  expect(before.traces.length).toBeGreaterThan(10)
  expect(await server.ask(decideKey, { key: 'order.id', action: 'promote' })).toEqual({
    level: 'span',
    key: 'order.id',
    state: 'filling',
  })
  expect(await server.ask(decideKey, { key: 'cart.size', action: 'promote', level: 'event' })).toMatchObject({
    state: 'filling',
  })
  expect(await row('order.id')).toMatchObject({ state: 'filling', filled: 0, forced: 'promote' })
  expect(ids(await find())).toEqual(ids(before))
  while ((await row('order.id')).state !== 'promoted') await server.store.keys.runOnce()
  expect(await row('order.id')).toMatchObject({ state: 'promoted', filled: 1, forced: 'promote' })
  const promoted = await find()
  expect(ids(promoted)).toEqual(ids(before))
  expect(promoted.meta.sql).toMatch(/p_[0-9a-f]{16}/)
  const { keys } = await server.ask(attributeKeys, { ...RANGE, prefix: 'order.id' })
  expect(keys.map((each) => each.promoted)).toEqual([true])

  expect(await server.ask(decideKey, { key: 'order.id', action: 'demote' })).toMatchObject({ state: 'retiring' })
  expect(await row('order.id')).toMatchObject({ state: 'retiring', filled: null, forced: 'demote' })
  expect(ids(await find())).toEqual(ids(before))
  while ((await row('order.id')).state !== 'map') await server.store.keys.runOnce()
  expect(ids(await find())).toEqual(ids(before))
  expect(await server.ask(decideKey, { key: 'order.id', action: 'auto' })).toMatchObject({ state: 'map' })
  expect((await row('order.id')).forced).toBeNull()
})

test('what cannot be promoted is refused with a reason', async () => {
  const decide = async (query: string) =>
    (await server.get(`/api/keys/decide?${query}`, { method: 'POST' })).body.error?.code
  expect(await decide('key=http.route&action=promote')).toBe('KEY_HAS_COLUMN')
  expect(await decide('key=no.such.key&action=promote')).toBe('KEY_NOT_FOUND')
  expect(await decide('key=host.name&level=resource&action=promote')).toBe('BAD_INPUT')
  expect((await server.get('/api/keys/decide?key=order.id&action=promote')).status).toBe(405)
})

test('sorts, finds and cuts, and says what it cut', async () => {
  const keysOf = async (input: object) =>
    (await server.ask(listKeys, { level: 'span', ...input })).keys.map((each) => each.key)
  expect(await keysOf({ sort: 'key', order: 'asc' })).toEqual(['cart.size', 'constant', 'http.route', 'order.id'])
  expect((await keysOf({ sort: 'bytes' }))[0]).toBe('order.id')
  expect((await keysOf({ sort: 'used' }))[0]).toMatch(/order\.id|cart\.size/)
  expect(await keysOf({ find: 'ORDER' })).toEqual(['order.id'])
  const cut = await server.ask(listKeys, { limit: 1 })
  expect(cut.keys).toHaveLength(1)
  expect(cut.total).toBeGreaterThan(1)
  expect(cut.meta).toMatchObject({ complete: false, incomplete: [{ reason: 'limit' }] })
})
