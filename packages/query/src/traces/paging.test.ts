import { searchTraces, TRACE_SORTS, traceHistogram, traceScatter } from '@clew/contract/traces'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { BASE_MS, nanosAt, span, spanBatch, spanHex, traceHex } from '../testdata/span-fixture.ts'
import { startTestServer, type TestServer } from '../testdata/test-server.ts'

const TRACES = 60
let server: TestServer
const RANGE = { start: String(BASE_MS - 3_600_000), end: String(BASE_MS + 3_600_000) }

/** Traces of three spans that overlap each other in time; many start in the same nanosecond. */
function trace(n: number): ReturnType<typeof span>[] {
  const atMs = Math.floor(n / 3) * 40
  const at = (i: number): ReturnType<typeof span> =>
    span({
      traceId: traceHex(n + 1),
      spanId: spanHex(n * 10 + i + 1),
      ...(i === 0 ? {} : { parentSpanId: spanHex(n * 10 + 1) }),
      atMs: atMs + i * 30_000,
      durationMs: 10 + (n % 7) * (i + 1),
      attrs: { n: BigInt(n), part: BigInt(i) },
      status: { code: n % 5 === 0 && i === 2 ? 2 : 0 },
    })
  return [at(0), at(1), at(2)]
}

beforeAll(async () => {
  server = await startTestServer()
  for (let n = 0; n < TRACES; n += 1) await server.store.consumer.consume(spanBatch('pager', trace(n)), {} as never)
  await server.store.flush()
})
afterAll(async () => await server.close())

/** Walks all pages; `between` runs after every page. */
async function walk(
  input: Parameters<typeof server.ask<typeof searchTraces>>[1],
  between: (page: number) => Promise<void> = async () => undefined,
): Promise<string[]> {
  const seen: string[] = []
  let cursor: string | undefined
  for (let page = 0; ; page += 1) {
    const answer = await server.ask(searchTraces, { ...RANGE, ...input, ...(cursor === undefined ? {} : { cursor }) })
    seen.push(...answer.traces.map((each) => each.traceId))
    expect(answer.total).toEqual({ value: expect.any(Number), exact: true })
    if (answer.nextCursor === null) return seen
    cursor = answer.nextCursor
    expect(answer.traces).toHaveLength(Number(input.limit))
    await between(page)
  }
}

describe.each(TRACE_SORTS.map((sort) => [sort]))('sorted by %s', (sort) => {
  test('a walk in small pages sees every trace once, in the order of one large page', async () => {
    const whole = await server.ask(searchTraces, { ...RANGE, q: 'service=pager', sort, limit: 1000 })
    expect(whole.traces).toHaveLength(TRACES)
    expect(whole.nextCursor).toBeNull()
    const pages = await walk({ q: 'service=pager', sort, limit: 7 })
    expect(pages).toEqual(whole.traces.map((each) => each.traceId))
    const keys = whole.traces.map((each) => (sort === 'longest' || sort === 'shortest' ? each.durationNanos : 0))
    expect(keys).toEqual([...keys].sort((a, b) => (sort === 'longest' ? b - a : a - b)))
  })
})

test('a walk with a filter, page by page of one', async () => {
  const pages = await walk({ q: 'status=error', limit: 1 })
  expect(new Set(pages).size).toBe(pages.length)
  expect(pages).toHaveLength(TRACES / 5)
})

test('new traces that arrive during a walk neither double nor hide any', async () => {
  const before = await walk({ q: 'n>=0', limit: 1000 })
  let next = 1000
  const during = await walk({ q: 'n>=0', limit: 9, start: RANGE.start, end: 'now' }, async () => {
    const fresh = span({ traceId: traceHex(next), spanId: spanHex(next), attrs: { n: 1n } })
    const now = BigInt(Date.now()) * 1_000_000n
    await server.send(spanBatch('late', [{ ...fresh, startTimeUnixNano: now, endTimeUnixNano: now + 1000n }]))
    next += 1
  })
  expect(during).toEqual(before)
})

test('a cursor of another order, of nothing, or made by hand is refused', async () => {
  const { nextCursor } = await server.ask(searchTraces, { ...RANGE, limit: 1 })
  const url = (sort: string, cursor: string): string =>
    `/api/traces?start=${RANGE.start}&end=${RANGE.end}&sort=${sort}&cursor=${encodeURIComponent(cursor)}`
  for (const [sort, cursor] of [
    ['longest', nextCursor ?? ''],
    ['newest', 'nonsense'],
    ['newest', ''],
    ['newest', Buffer.from('{"sort":"newest","key":"1; DROP"}').toString('base64url')],
  ] as const) {
    expect(await server.get(url(sort, cursor))).toMatchObject({ status: 400, body: { error: { code: 'BAD_CURSOR' } } })
  }
})

test('the heatmap adds up to the spans, its cells lie where the spans are', async () => {
  const answer = await server.ask(traceHistogram, { ...RANGE, q: 'service=pager', timeBuckets: 60, durationSteps: 5 })
  expect(answer.cells.reduce((sum, cell) => sum + cell.count, 0)).toBe(TRACES * 3)
  expect(answer.cells.reduce((sum, cell) => sum + cell.errors, 0)).toBe(TRACES / 5)
  for (const cell of answer.cells) {
    expect(cell.time).toBeLessThan(answer.timeBuckets)
    expect(answer.durationBounds[cell.duration]).toBeGreaterThan(0)
  }
  expect([...answer.durationBounds].sort((a, b) => a - b)).toEqual(answer.durationBounds)
  expect(answer.durationBounds[0]).toBeLessThanOrEqual(10_000_000)
})

test('the scatter has a point a trace, or an even sample that says so', async () => {
  const all = await server.ask(traceScatter, { ...RANGE, q: 'service=pager', limit: 1000 })
  expect(all.points).toHaveLength(TRACES)
  expect(all.meta.complete).toBe(true)
  expect(all.points.find((point) => point.traceId === traceHex(1))).toMatchObject({
    startNanos: nanosAt(0).toString(),
    spanId: spanHex(1),
    service: 'pager',
  })
  const some = await server.ask(traceScatter, { ...RANGE, q: 'service=pager', limit: 10 })
  expect(some.points).toHaveLength(10)
  expect(some.meta).toMatchObject({ complete: false, incomplete: [{ reason: 'sampling' }] })
  expect(await server.ask(traceScatter, { ...RANGE, q: 'service=pager', limit: 10 })).toMatchObject({
    points: some.points,
  })
})
