import { searchTraces } from '@clew/contract/traces'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { BASE_MS, span, spanBatch, spanHex, traceHex, type Plain } from '../testdata/span-fixture.ts'
import { startTestServer, type TestServer } from '../testdata/test-server.ts'

/** Every trace has one span, so that found traces are found spans; a few have more. */
let server: TestServer
const RANGE = { start: String(BASE_MS - 3_600_000), end: String(BASE_MS + 3_600_000) }

const one = (n: number, attrs: Record<string, Plain>, more: object = {}): ReturnType<typeof span> =>
  span({ traceId: traceHex(n), spanId: spanHex(n), atMs: n, attrs, ...more })

beforeAll(async () => {
  server = await startTestServer()
  await server.send(
    spanBatch('types', [
      one(1, { code: 500n, 'http.response.status_code': 500n }),
      one(2, { code: '500', 'http.response.status_code': '500' }),
      one(3, { code: 500, 'http.response.status_code': 500.0 }),
      one(4, { code: 0n, 'http.response.status_code': 0n, 'http.route': '' }),
      one(5, { code: true, 'http.response.status_code': 404n, 'http.route': '/orders/:id' }),
      one(6, { code: [1n, 'two', 3.5], nested: { deep: { er: 'x' } }, raw: new Uint8Array([1, 2, 255]) }),
      one(7, { code: -7n, 'http.response.status_code': -1n }),
      one(8, { code: 499.5 }),
      one(9, {}),
    ]),
    spanBatch('levels', [one(20, { where: 'span' })], { resource: { other: 1n } }),
    spanBatch('levels', [one(21, {})], { resource: { where: 'resource' } }),
    spanBatch('levels', [one(22, {})], { scope: { name: 'lib', attrs: { where: 'scope' } } }),
    spanBatch('levels', [
      one(23, {}, { events: [{ name: 'boom', attrs: { where: 'event' } }, { name: 'other' }] }),
      one(24, {}, { links: [{ traceId: traceHex(1), spanId: spanHex(1), attrs: { where: 'link' } }] }),
      one(25, { "we'ird key\\": 'ja', ключ: 'значение', 'a"b': '\u{1F600}' }),
    ]),
    spanBatch('fields', [
      one(40, {}, { name: 'GET /a', kind: 2, status: { code: 2, message: 'Connection Refused' }, durationMs: 500 }),
      one(41, {}, { name: 'POST /a/b', kind: 3, status: { code: 1 }, durationMs: 1500, parentSpanId: spanHex(40) }),
      one(42, { note: '%_literal\\' }, { name: 'consume', kind: 5, durationMs: 0 }),
    ]),
    spanBatch('cart', [
      span({ traceId: traceHex(60), spanId: spanHex(60), atMs: 60, durationMs: 100, attrs: { a: 1n } }),
      span({
        traceId: traceHex(60),
        spanId: spanHex(61),
        atMs: 61,
        parentSpanId: spanHex(60),
        attrs: { b: 2n },
        status: { code: 2 },
      }),
    ]),
  )
})
afterAll(async () => await server.close())

async function find(q: string): Promise<number[]> {
  const answer = await server.ask(searchTraces, { ...RANGE, q, limit: 100, sort: 'oldest' })
  expect(answer.total).toEqual({ value: answer.traces.length, exact: true })
  return answer.traces.map((trace) => Number.parseInt(trace.traceId, 16))
}

describe('types', () => {
  test.each<[string, number[]]>([
    ['span.code=500', [1, 2, 3]],
    ['span.code="500"', [2]],
    ['span.code=5e2', [1, 3]],
    ['http.response.status_code=500', [1, 2, 3]],
    ['http.response.status_code="500"', [2]],
    ['http.response.status_code=0', [4]],
    ['http.response.status_code=(404, -1)', [5, 7]],
    ['http.response.status_code>=404', [1, 3, 5]],
    ['http.response.status_code<1', [4, 7]],
    ['http.response.status_code<=0 service=types', [4, 7]],
    ['http.response.status_code:50', [1, 2, 3]],
    ['http.response.status_code=~^[45]', [1, 2, 3, 5]],
    ['http.response.status_code!=500 service=types', [4, 5, 6, 7, 8, 9]],
    ['http.response.status_code:* http.response.status_code!=500', [4, 5, 7]],
    ['http.response.status_code!:* service=types', [6, 8, 9]],
    ['http.route=""', [4]],
    ['http.route:*', [4, 5]],
    ['http.route=/orders/:id', [5]],
    ['http.route:ORDERS', [5]],
    ['http.route=~^$', [4]],
    ['span.code=true', [5]],
    ['span.code="true"', []],
    ['span.code>499', [1, 3, 8]],
    ['span.code>=499.5', [1, 3, 8]],
    ['span.code<0', [7]],
    ['span.code=-7', [7]],
    ['span.code:two', [6]],
    ['nested:deep', [6]],
    ['raw=AQL/', []],
    ['raw:AQL', [6]],
    ['span.code!=(500, true) span.code:*', [4, 6, 7, 8]],
  ])('%s', async (q, expected) => expect(await find(q)).toEqual(expected))
})

describe('levels', () => {
  test.each<[string, number[]]>([
    ['where:*', [20, 21, 22, 23, 24]],
    ['where=span', [20]],
    ['span.where:*', [20]],
    ['resource.where=resource', [21]],
    ['scope.where=scope', [22]],
    ['event.where=event', [23]],
    ['link.where=link', [24]],
    ['event.where=span', []],
    ['NOT where:* service=levels', [25]],
    ['where!=span service=levels', [21, 22, 23, 24, 25]],
    ['"we\'ird key\\\\"=ja', [25]],
    ['ключ=значение', [25]],
    ['"a\\"b"=\u{1F600}', [25]],
    ['nosuchkey=1', []],
    ['nosuchkey!=1 service=levels', [20, 21, 22, 23, 24, 25]],
    ['resource.service.name=levels', [20, 21, 22, 23, 24, 25]],
  ])('%s', async (q, expected) => expect(await find(q)).toEqual(expected))
})

describe('built-in fields and free text', () => {
  test.each<[string, number[]]>([
    ['service=fields', [40, 41, 42]],
    ['service=(fields, cart)', [40, 41, 42, 60]],
    ['service=~^fie', [40, 41, 42]],
    ['name="GET /a"', [40]],
    ['name:/A', [40, 41]],
    ['name!:/a service=fields', [42]],
    ['duration>=500ms duration<1.5s', [40]],
    ['duration=1500ms', [41]],
    ['duration<1us service=fields', [42]],
    ['status=error service=fields', [40]],
    ['status=ok', [41]],
    ['kind=(server, consumer)', [40, 42]],
    ['message="Connection Refused"', [40]],
    ['message:*', [40]],
    ['root=false', [41, 60]],
    ['root=true service=fields', [40, 42]],
    ['trace=28', [40]],
    ['trace.id=0028', [40]],
    ['span=29', [41]],
    ['parent=28', [41]],
    ['parent:*', [41, 60]],
    ['scope.name=lib', [22]],
    ['scope.name:*', [22]],
    ['event.name=boom', [23]],
    ['event.name!=boom service=levels', [20, 21, 22, 24, 25]],
    ['event.name:*', [23]],
    ['link.trace=1', [24]],
    ['link.trace:*', [24]],
    ['trace.duration>=1s', [41]],
    ['trace.spans>1', [60]],
    ['trace.errors>=1', [40, 60]],
    ['"connection refused"', [40]],
    ['boom', [23]],
    ['RESOURCE', [21]],
    ['404', [5]],
    ['%_literal', [42]],
    ['literal\\', [42]],
    ['orders -service=other', [5]],
  ])('%s', async (q, expected) => expect(await find(q)).toEqual(expected))
})

test('conditions joined by AND hold on one span; OR and NOT work on it too', async () => {
  expect(await find('service=cart a=1')).toEqual([60])
  expect(await find('a=1 b=2')).toEqual([])
  expect(await find('a=1 OR b=2')).toEqual([60])
  expect(await find('b=2 status=error')).toEqual([60])
  expect(await find('a=1 status=error')).toEqual([])
  expect(await find('service=cart NOT a=1')).toEqual([60])
  const { traces } = await server.ask(searchTraces, { ...RANGE, q: 'b=2' })
  expect(traces[0]).toMatchObject({
    spanCount: 2,
    errorCount: 1,
    matchCount: 1,
    matches: [{ spanId: spanHex(61), status: 'error' }],
    rootService: 'cart',
    durationNanos: 100_000_000,
  })
})

test('values are values whatever they look like', async () => {
  for (const text of [
    "' OR 1=1 --",
    "\\' OR 1=1 --",
    '{p0:String}',
    '"; DROP TABLE spans',
    '\u0000',
    '%27',
    '\\',
    "')",
  ]) {
    const quoted = `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`
    const fields = ['service', 'name', 'http.route', 'code', 'event.k', 'resource.other', quoted]
    const conditions = fields.flatMap((field) => [`${field}=${quoted}`, `${field}:${quoted}`])
    expect(await find(conditions.join(' OR '))).toEqual([])
    expect(await find(quoted)).toEqual(text === '\\' ? [42] : [])
  }
  expect(await find('service=cart')).toEqual([60])
})

test("a regular expression the engine cannot read is the caller's fault", async () => {
  const { status, body } = await server.get(
    `/api/traces?start=${RANGE.start}&end=${RANGE.end}&q=${encodeURIComponent('name=~"(unclosed"')}`,
  )
  expect(status).toBe(400)
  expect(body.error.code).toBe('QUERY_REGEXP')
})
