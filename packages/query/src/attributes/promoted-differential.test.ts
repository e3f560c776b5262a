import { systemClock } from '@clew/base/clock'
import type { SearchSignal } from '@clew/lang/search/fields'
import { encodeBatch } from '@clew/otlp/encode'
import type { KeyValue, Span } from '@clew/otlp/model'
import { PROMOTABLE_LEVELS, type PromotableLevel } from '@clew/store/promote/promoted-key'
import { ident } from '@clew/store/sql/ident'
import { Sql, sql } from '@clew/store/sql/sql'
import * as fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { compileSearch } from '../compile/search/compile-search.ts'
import type { KeysPort } from '../ports.ts'
import { KeyCatalogue } from '../run/key-catalogue.ts'
import { nanosAt, otlp, type Plain, spanHex, traceHex } from '../testdata/span-fixture.ts'
import { startTestServer, type TestServer } from '../testdata/test-server.ts'

/*
 * Whatever the data and whatever is asked: with columns and without, a search finds the same rows and a list of values is
 * the same. Held at every stage a key goes through: rows from before and after the promotion, backfilled, merged, new ones
 * on top, and after the columns are gone again.
 */
const SEED = Date.now() % 2 ** 31
const ROWS = 240

const int = fc.oneof(
  fc.constantFrom(0n, 1n, -1n, 500n, 2n ** 53n + 1n, 2n ** 63n - 1n, -(2n ** 63n)),
  fc.bigInt(-20n, 20n),
)
const double = fc.oneof(
  fc.constantFrom(
    0,
    -0,
    0.1,
    1.5,
    500,
    1e20,
    1e21,
    -1e-7,
    5e-324,
    1.7976931348623157e308,
    Number.NaN,
    Infinity,
    -Infinity,
  ),
  fc.double(),
)
const text = fc.constantFrom(
  '',
  'a',
  'A b',
  '500',
  '0',
  '1.5',
  'true',
  'nan',
  '\0',
  '\u0001500',
  "it's \\ {p0:String}",
  'ü%_',
  '\u0002',
)
const other: fc.Arbitrary<Plain> = fc.oneof(
  fc.constantFrom<Plain>(true, false, null, ['a', 1n], { k: 'a' }, new Uint8Array([1, 2])),
  int,
  double,
  text,
)
/** Keys, and what values they have: mostly one type, never only one. */
const VALUES: Readonly<Record<string, fc.Arbitrary<Plain>>> = {
  ints: fc.oneof({ arbitrary: int, weight: 30 }, { arbitrary: other, weight: 1 }),
  'a.double': fc.oneof({ arbitrary: double, weight: 30 }, { arbitrary: other, weight: 1 }),
  mixed: other,
  'we\'ird\\ "key\u0000ü': fc.oneof({ arbitrary: text, weight: 3 }, { arbitrary: other, weight: 1 }),
  unique: fc.uuid(),
  few: text,
}
const KEYS = Object.keys(VALUES)

const entries: fc.Arbitrary<KeyValue[]> = fc
  .tuple(...KEYS.map((key) => fc.option(VALUES[key]!, { freq: 5 }).map((value) => ({ key, value }))))
  .chain((list) => {
    const there = list.filter((each) => each.value !== null || each.key === 'mixed')
    const asOtlp = there.map(({ key, value }) => ({ key, value: otlp(value) }))
    // Now and then a key comes twice: the first one counts.
    return fc
      .tuple(fc.shuffledSubarray(asOtlp), fc.subarray(asOtlp, { maxLength: 1 }))
      .map(([some, twice]) => [...some, ...(some.length % 3 === 0 ? twice : [])])
  })

let server: TestServer
let plain: TestServer['server']
const noColumns: Pick<KeysPort, 'usable' | 'noteUse'> = { usable: () => [], noteUse: () => undefined }

beforeAll(async () => {
  server = await startTestServer({})
  plain = server.withoutColumns()
})
afterAll(async () => await server.close())

/** Sends random spans and records; `part` keeps their ids apart. */
async function send(part: number): Promise<void> {
  const lists = fc.sample(entries, { numRuns: ROWS * 4, seed: SEED + part })
  const take = (row: number, which: number): KeyValue[] => lists[row * 4 + which]!
  const spans = Array.from({ length: ROWS }, (_, row): Span => {
    const id = part * ROWS + row + 1
    const at = nanosAt(id)
    return {
      traceId: traceHex(id),
      spanId: spanHex(id),
      name: 'op',
      startTimeUnixNano: at,
      endTimeUnixNano: at,
      attributes: take(row, 0),
      events:
        row % 3 === 0
          ? []
          : [
              { name: 'e', timeUnixNano: at, attributes: take(row, 1) },
              { name: 'f', timeUnixNano: at, attributes: take((row + 1) % ROWS, 1) },
            ],
      links: row % 4 === 0 ? [{ traceId: traceHex(1), spanId: spanHex(1), attributes: take(row, 2) }] : [],
    }
  })
  const logRecords = Array.from({ length: ROWS }, (_, row) => ({
    timeUnixNano: nanosAt(part * ROWS + row + 1),
    body: { stringValue: 'b' },
    attributes: take(row, 3),
  }))
  const resource = { attributes: [{ key: 'service.name', value: { stringValue: 'shop' } }] }
  await server.send(
    encodeBatch('traces', { resourceSpans: [{ resource, scopeSpans: [{ spans }] }] }),
    encodeBatch('logs', { resourceLogs: [{ resource, scopeLogs: [{ logRecords }] }] }),
  )
}

const quoted = (value: string): string => JSON.stringify(value)
const literal = fc.oneof(
  fc.constantFrom(
    '500',
    '"500"',
    '0',
    '-0',
    '1',
    '-3',
    '1.5',
    '5e2',
    '1e20',
    '1e21',
    '-1e-7',
    '0.1',
    'true',
    '"true"',
    '""',
    'a',
    '"A b"',
  ),
  fc.constantFrom(
    '9007199254740993',
    '9007199254740993.0',
    '9223372036854775807',
    '-9223372036854775808',
    '1e300',
    'nan',
    '"\u0001500"',
    `"it's \\\\ {p0:String}"`,
  ),
  fc.integer({ min: -20, max: 20 }).map(String),
)
const number = fc.constantFrom(
  '0',
  '-0.5',
  '1.5',
  '500',
  '9007199254740993',
  '9007199254740992.5',
  '-9223372036854775808',
  '1e20',
  '1e-300',
  '-20',
)
const condition = fc.tuple(
  fc.constantFrom(...KEYS, 'nokey'),
  fc.oneof(
    fc.tuple(fc.constantFrom('=', '!=', ':', '!:'), literal),
    fc.tuple(fc.constantFrom('<', '<=', '>', '>='), number),
    fc.tuple(
      fc.constantFrom('=', '!='),
      fc.tuple(literal, literal, literal).map((list) => `(${list.join(', ')})`),
    ),
    fc.tuple(fc.constantFrom(':', '!:'), fc.constant('*')),
    fc.tuple(fc.constantFrom('=~', '!~'), fc.constantFrom('"^5"', '"^$"', '"[.]"', '"a|e"', '".*"', '"^-"')),
  ),
)
const query = (levels: readonly string[]): fc.Arbitrary<string> =>
  fc.letrec<{ expr: string }>((tie) => ({
    expr: fc.oneof(
      { maxDepth: 2, withCrossShrink: true },
      fc
        .tuple(fc.constantFrom('', ...levels.map((level) => `${level}.`)), condition)
        .map(([level, [key, [operator, value]]]) => `${level}${quoted(key)}${operator}${value}`),
      fc.tuple(tie('expr'), tie('expr')).map(([a, b]) => `(${a} AND ${b})`),
      fc.tuple(tie('expr'), tie('expr')).map(([a, b]) => `(${a} OR ${b})`),
      tie('expr').map((a) => `NOT ${a}`),
    ),
  })).expr
const asked = fc.oneof(
  query(['span', 'event', 'link']).map((q) => ({ signal: 'traces' as const, q })),
  query(['log']).map((q) => ({ signal: 'logs' as const, q })),
)

async function found(signal: SearchSignal, q: string, keys: Pick<KeysPort, 'usable' | 'noteUse'>): Promise<string[]> {
  const { condition: where } = await compileSearch(q, signal, new KeyCatalogue(server.store, keys, systemClock))
  const [table, time] = signal === 'traces' ? (['spans', 'StartNanos'] as const) : (['logs', 'AtNanos'] as const)
  const { rows } = await server.store.query<{ at: string }>(
    sql`SELECT ${ident(time)} AS at FROM ${ident(table)} WHERE ${where} ORDER BY at`,
  )
  return rows.map((row) => row.at)
}

async function values(from: TestServer['server'], signal: SearchSignal, key: string): Promise<unknown> {
  const path = new URLSearchParams({ signal, key, start: String(nanosAt(0)), end: String(nanosAt(1e6)), limit: '1000' })
  const response = await from.fetch(new Request(`http://localhost/api/attributes/values?${path.toString()}`))
  const body = (await response.json()) as { values: unknown }
  expect(response.status, JSON.stringify(body)).toBe(200)
  return body.values
}

let stage = 0

async function compareForms(): Promise<void> {
  stage++
  const { keys } = server.store
  await fc.assert(
    fc.asyncProperty(asked, async ({ signal, q }) => {
      expect(await found(signal, q, keys)).toEqual(await found(signal, q, noColumns))
    }),
    { numRuns: 30, seed: SEED + stage },
  )
  for (const level of stage % 2 === 0 ? PROMOTABLE_LEVELS : []) {
    const signal = level === 'log' ? 'logs' : 'traces'
    for (const key of KEYS) {
      const written = `${level}.${quoted(key)}`
      expect(await values(server.server, signal, written), written).toEqual(await values(plain, signal, written))
    }
  }
}

async function eachKey(work: (level: PromotableLevel, key: string) => Promise<void>): Promise<void> {
  for (const level of PROMOTABLE_LEVELS) for (const key of KEYS) await work(level, key)
}

/** Merges all parts; on the cluster of the tests the rows of both shards lie in one table. */
async function mergeAll(table: 'spans' | 'logs'): Promise<void> {
  const isCluster = process.env['CLEW_TEST_QUERY_STORE'] === 'cluster'
  await server.store.query(new Sql([`OPTIMIZE TABLE ${isCluster ? `${table}_rows` : table} FINAL`], []))
}

const columnCount = async (): Promise<number> => {
  const { rows } = await server.store.query<{ n: string }>(
    sql`SELECT count() AS n FROM system.columns WHERE database = currentDatabase() AND startsWith(name, 'p_')`,
  )
  return Number(rows[0]?.n)
}

test(`promoted and unpromoted answers are the same at every stage (seed ${SEED})`, { timeout: 600_000 }, async () => {
  const { keys } = server.store
  await send(0)
  await eachKey(async (level, key) => await keys.decide(level, key, 'promote'))
  expect(keys.promoted()).toHaveLength(KEYS.length * PROMOTABLE_LEVELS.length)
  const formOf = (level: PromotableLevel, key: string) =>
    keys.promoted().find((each) => each.level === level && each.key === key)?.form
  expect([formOf('span', 'ints'), formOf('span', 'a.double'), formOf('span', 'few'), formOf('log', 'unique')]).toEqual([
    'int',
    'double',
    'low',
    'text',
  ])
  await send(1)
  await keys.refresh()
  for (const key of keys.promoted()) {
    const { rowsWithout, totalRows } = keys.coverage(key)!
    expect([totalRows, rowsWithout]).toEqual([2 * ROWS, ROWS])
  }
  expect(keys.usable()).toEqual([])
  await compareForms()

  // Logs get their columns when old and new parts are merged, spans by the backfill.
  await mergeAll('logs')
  while (keys.usable().length < keys.promoted().length) await keys.runOnce()
  await compareForms()

  await send(2)
  await compareForms()
  await mergeAll('spans')
  await mergeAll('logs')
  await compareForms()

  await eachKey(async (level, key) => await keys.decide(level, key, 'demote'))
  expect(keys.promoted()).toEqual([])
  expect(await columnCount()).toBeGreaterThan(0)
  await compareForms()
  while ((await columnCount()) > 0) await keys.runOnce()
  await compareForms()
})
