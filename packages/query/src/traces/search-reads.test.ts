import { searchTraces } from '@clew/contract/traces'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { BASE_MS, span, spanBatch, spanHex, traceHex } from '../testdata/span-fixture.ts'
import { startTestServer, type TestServer } from '../testdata/test-server.ts'

/** Parts that follow each other in time, each of some granules of 8,192 rows. */
const PARTS = 4
const SPANS_PER_PART = 20_000
const ALL = PARTS * SPANS_PER_PART
const RANGE = { start: String(BASE_MS - 3_600_000), end: String(BASE_MS + PARTS * 3_600_000) }
/** The one span of its kind, in the second part. */
const RARE = SPANS_PER_PART + 777
let server: TestServer

beforeAll(async () => {
  server = await startTestServer()
  for (let part = 0; part < PARTS; part += 1) {
    const spans = Array.from({ length: SPANS_PER_PART }, (_, at) => {
      const n = part * SPANS_PER_PART + at
      return span({
        traceId: traceHex(n + 1),
        spanId: spanHex(n + 1),
        atMs: part * 3_600_000 + at,
        // A value of its own, too: the filter of a granule with four things in it is one for all, right or wrong.
        attrs: { attempts: 1n, zone: 'a', serial: BigInt(n), ...(n === RARE ? { retries: 1n, hint: 'a' } : {}) },
      })
    })
    await server.send(spanBatch('reader', spans))
  }
})
afterAll(async () => await server.close())

/** The double of a cluster has views for the tables of its shards, through which no skip index is asked. */
const readsItsOwnTables = (): boolean => server.store.engine.kind === 'chdb'

const search = async (
  q: string,
  sort: 'newest' | 'oldest' = 'newest',
): Promise<{ ids: string[]; rowsRead: number }> => {
  const { traces, meta } = await server.ask(searchTraces, { ...RANGE, q, sort, limit: 5 })
  return { ids: traces.map((trace) => trace.traceId), rowsRead: meta.rowsRead }
}

test.each(['retries=1', 'span.retries=1', 'hint=a', 'retries:*', 'retries>=1', 'hint:a', 'hint=~"^a$"'])(
  '%s finds the one span, and reads the granules that may have the key, whatever values others have',
  async (q) => {
    const { ids, rowsRead } = await search(q)
    expect(ids).toEqual([traceHex(RARE + 1)])
    if (readsItsOwnTables()) expect(rowsRead).toBeLessThan(ALL)
  },
)

test('a value that no span has under this key is not looked for in any', async () => {
  expect((await search('attempts=a')).ids).toEqual([])
  const { ids, rowsRead } = await search('zone=1')
  expect(ids).toEqual([])
  if (readsItsOwnTables()) expect(rowsRead).toBeLessThan(ALL / 4)
})

test('the newest and the oldest traces with what all have are read from their own end', async () => {
  const newest = await search('zone=a')
  expect(newest.ids).toEqual(Array.from({ length: 5 }, (_, i) => traceHex(ALL - i)))
  const oldest = await search('zone=a', 'oldest')
  expect(oldest.ids).toEqual(Array.from({ length: 5 }, (_, i) => traceHex(i + 1)))
})

test('what every span lacks is found nowhere, and its negation everywhere', async () => {
  expect((await search('zone=b')).ids).toEqual([])
  expect((await search('zone!=b')).ids).toHaveLength(5)
  expect((await search('-retries=1')).ids).toHaveLength(5)
})
