import { getSpan, getTrace, searchTraceSpans } from '@clew/contract/traces'
import { logHistogram } from '@clew/contract/logs'
import { encodeBatch } from '@clew/otlp/encode'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { attributes, nanosAt, span, spanBatch, spanHex, traceHex } from '../testdata/span-fixture.ts'
import { startTestServer, type TestServer } from '../testdata/test-server.ts'

let server: TestServer
const DAY_MS = 86_400_000
const WIDE = 5000

beforeAll(async () => {
  server = await startTestServer()
  await server.send(
    spanBatch('a', [
      span({ traceId: traceHex(1), spanId: spanHex(1), name: 'root', kind: 2, durationMs: 100 }),
      span({
        traceId: traceHex(1),
        spanId: spanHex(2),
        parentSpanId: spanHex(1),
        name: 'call',
        kind: 3,
        atMs: 10,
        durationMs: 50,
        attrs: { 'db.query.text': 'SELECT 1' },
      }),
      span({ traceId: traceHex(1), spanId: spanHex(4), parentSpanId: spanHex(99), name: 'lost', atMs: 30 }),
    ]),
    spanBatch('b', [
      // Its clock is 20 ms behind.
      span({
        traceId: traceHex(1),
        spanId: spanHex(3),
        parentSpanId: spanHex(2),
        name: 'work',
        kind: 2,
        atMs: -10,
        durationMs: 5,
        status: { code: 2 },
      }),
    ]),
    // Calls as seen by a client and three servers: late but possible, as late as can be, and after the answer.
    spanBatch('skewed', [
      span({ traceId: traceHex(6), spanId: spanHex(61), kind: 3, atMs: 0, durationMs: 10 }),
      ...[
        { spanId: spanHex(62), atMs: 5, durationMs: 900 },
        { spanId: spanHex(63), atMs: 11, durationMs: 1 },
        { spanId: spanHex(64), atMs: 12, durationMs: 1 },
      ].map((call) => span({ traceId: traceHex(6), parentSpanId: spanHex(61), kind: 2, ...call })),
    ]),
    // A trace that goes on for days, and whose first part comes last.
    spanBatch('slow', [
      span({ traceId: traceHex(2), spanId: spanHex(22), parentSpanId: spanHex(21), atMs: 3 * DAY_MS }),
    ]),
    spanBatch('slow', [span({ traceId: traceHex(2), spanId: spanHex(21), atMs: 0, durationMs: 4 * DAY_MS })]),
    spanBatch(
      'wide',
      Array.from({ length: WIDE }, (_, i) =>
        span({
          traceId: traceHex(3),
          spanId: spanHex(1000 + i),
          atMs: i,
          ...(i === 0 ? {} : { parentSpanId: spanHex(1000 + Math.floor((i - 1) / 10)) }),
        }),
      ),
    ),
    spanBatch('odd', [
      span({ traceId: traceHex(4), spanId: spanHex(41), startTimeUnixNano: 0n, endTimeUnixNano: 0n, name: '1970' }),
      span({
        traceId: traceHex(4),
        spanId: spanHex(42),
        startTimeUnixNano: 2n ** 64n - 1n,
        endTimeUnixNano: 2n ** 64n - 1n,
        name: 'never',
      }),
      span({
        traceId: traceHex(5),
        spanId: spanHex(51),
        startTimeUnixNano: nanosAt(10),
        endTimeUnixNano: nanosAt(0),
        name: 'backwards',
      }),
    ]),
    encodeBatch('logs', {
      resourceLogs: [
        {
          scopeLogs: [
            {
              logRecords: [
                { timeUnixNano: nanosAt(20), traceId: traceHex(1), spanId: spanHex(1), body: { stringValue: 'x' } },
              ],
            },
          ],
        },
      ],
    }),
  )
})
afterAll(async () => await server.close())

test('a server that ends late is no skew, one that starts after the answer is', async () => {
  expect(await server.ask(getTrace, { traceId: '6' })).toMatchObject({ spanCount: 4, clockSkewCount: 1 })
})

test('a trace with its tree, counts, skew and hints', async () => {
  const trace = await server.ask(getTrace, { traceId: '1' })
  expect(trace).toMatchObject({
    traceId: traceHex(1),
    startNanos: nanosAt(-10).toString(),
    durationNanos: 110_000_000,
    spanCount: 4,
    errorCount: 1,
    logCount: 1,
    rootService: 'a',
    rootName: 'root',
    orphanCount: 1,
    clockSkewCount: 1,
    adjustedCount: 1,
  })
  const { spans } = trace
  expect(spans.spanId).toEqual([spanHex(1), spanHex(2), spanHex(3), spanHex(4)])
  expect(spans.parent).toEqual([-1, 0, 1, -2])
  expect(spans.depth).toEqual([0, 1, 2, 0])
  expect(spans.descendants).toEqual([2, 1, 0, 0])
  expect(spans.startOffsetNanos).toEqual([10e6, 20e6, 0, 40e6])
  expect(spans.status).toEqual(['unset', 'unset', 'error', 'unset'])
  expect(spans.service.map((index) => trace.services[index])).toEqual(['a', 'a', 'b', 'a'])
  expect(spans.hint[1]).toBe('SELECT 1')
})

test('a trace over days is found whole by its id', async () => {
  const trace = await server.ask(getTrace, { traceId: '2' })
  expect(trace.spans.parent).toEqual([-1, 0])
  expect(trace.durationNanos).toBe(4 * DAY_MS * 1e6)
})

test('spans without a trace id are stored as those of the id of zeros, and found with them', async () => {
  const { traceId, ...noId } = span({ traceId: '', spanId: spanHex(72), atMs: 5000 })
  expect(traceId).toBe('')
  await server.send(spanBatch('z', [span({ traceId: traceHex(0), spanId: spanHex(71) })]), spanBatch('z', [noId]))
  const { spans, spanCount } = await server.ask(getTrace, { traceId: '0' })
  expect([spanCount, spans.spanId]).toEqual([2, [spanHex(71), spanHex(72)]])
})

test('windows make up the whole, in tree order', async () => {
  const whole = await server.ask(getTrace, { traceId: '3' })
  expect(whole.spanCount).toBe(WIDE)
  const parts = []
  for (let offset = 0; offset < WIDE; offset += 999) {
    parts.push((await server.ask(getTrace, { traceId: '3', offset, limit: 999 })).spans)
  }
  for (const column of ['spanId', 'parent', 'depth', 'descendants', 'startOffsetNanos', 'name', 'kind'] as const) {
    expect(parts.flatMap((part) => part[column] as unknown[])).toEqual(whole.spans[column])
  }
  expect((await server.ask(getTrace, { traceId: '3', offset: WIDE })).spans.spanId).toEqual([])
})

test('a span that arrives later is in the next answer', async () => {
  const before = await server.ask(getTrace, { traceId: '3', limit: 1 })
  await server.send(
    spanBatch('wide', [span({ traceId: traceHex(3), spanId: spanHex(9999), atMs: 1, parentSpanId: spanHex(1000) })]),
  )
  const after = await server.ask(getTrace, { traceId: '3', limit: 1 })
  expect([before.spanCount, after.spanCount]).toEqual([WIDE, WIDE + 1])
})

test('absurd times are shown as they were sent', async () => {
  const trace = await server.ask(getTrace, { traceId: '4' })
  expect(trace.startNanos).toBe('0')
  expect(trace.spanCount).toBe(2)
  const backwards = await server.ask(getTrace, { traceId: '5' })
  expect(backwards.spans.durationNanos).toEqual([-10e6])
  expect(backwards.durationNanos).toBe(0)
  expect((await server.ask(logHistogram, { traceId: '4' })).series).toEqual([])
})

test('an id that is not there says how new the newest row is', async () => {
  const { status, body } = await server.get('/api/traces/deadbeef')
  expect(status).toBe(404)
  expect(body.error).toMatchObject({ code: 'TRACE_NOT_FOUND', fix: expect.stringContaining('newest stored span') })
})

test('spans of a trace that match', async () => {
  const search = async (q: string) => (await server.ask(searchTraceSpans, { traceId: '1', q })).spanIds
  expect(await search('service=a kind=client')).toEqual([spanHex(2)])
  expect(await search('status=error OR name=root')).toEqual([spanHex(3), spanHex(1)])
  expect(await search('select')).toEqual([spanHex(2)])
})

describe('a span', () => {
  test('comes back with every value of every type on every level', async () => {
    const attrs = {
      text: 'ü',
      control: '\u0001x',
      empty: '',
      int: -(2n ** 63n),
      big: 2n ** 63n - 1n,
      zero: 0n,
      double: 0.1,
      whole: 5,
      nan: Number.NaN,
      inf: -Infinity,
      yes: true,
      no: false,
      bytes: new Uint8Array([0, 255]),
      list: [1n, 1.5, 'a', null, [true]],
      map: { a: { b: 1n }, $x: 'y' },
      nothing: null,
      'http.route': '/x',
      'http.response.status_code': 200n,
      'server.port': '80',
    }
    const start = nanosAt(1000) + 7n
    await server.send(
      spanBatch(
        'whole',
        [
          {
            ...span({
              traceId: traceHex(50),
              spanId: spanHex(50),
              parentSpanId: spanHex(49),
              attrs,
              events: [{ name: 'e', attrs, atMs: 1001 }],
              links: [{ traceId: traceHex(51), spanId: spanHex(51), attrs }],
            }),
            startTimeUnixNano: start,
            endTimeUnixNano: start + 123n,
            droppedAttributesCount: 1,
            droppedEventsCount: 2,
            droppedLinksCount: 3,
            flags: 257,
            traceState: 'ot=th:8',
          },
        ],
        { resource: attrs, scope: { name: 's', version: 'v', attrs } },
      ),
    )
    const { span: found } = await server.ask(getSpan, { traceId: '32', spanId: '32' })
    const expected = [
      ['big', 'int', '9223372036854775807'],
      ['bytes', 'bytes', 'AP8='],
      ['control', 'string', '\u0001x'],
      ['double', 'double', 0.1],
      ['empty', 'string', ''],
      ['http.response.status_code', 'int', '200'],
      ['http.route', 'string', '/x'],
      ['inf', 'double', '-Infinity'],
      ['int', 'int', '-9223372036854775808'],
      ['list', 'array', expect.anything()],
      ['map', 'kvlist', expect.anything()],
      ['nan', 'double', 'NaN'],
      ['no', 'bool', false],
      ['nothing', 'empty', null],
      ['server.port', 'string', '80'],
      ['text', 'string', 'ü'],
      ['whole', 'double', 5],
      ['yes', 'bool', true],
      ['zero', 'int', '0'],
    ].map(([key, type, value]) => ({ key, value: { type, value } }))
    expect(found.attributes).toEqual(expected)
    expect(found.events[0]?.attributes).toEqual(expected)
    expect(found.links[0]?.attributes).toEqual(expected)
    expect(found.scope.attributes).toEqual(expected)
    expect(found.resource.filter((each) => each.key !== 'service.name')).toEqual(expected)
    expect(found.attributes.find((each) => each.key === 'list')?.value).toEqual({
      type: 'array',
      value: [
        { type: 'int', value: '1' },
        { type: 'double', value: 1.5 },
        { type: 'string', value: 'a' },
        { type: 'empty', value: null },
        { type: 'array', value: [{ type: 'bool', value: true }] },
      ],
    })
    expect(found).toMatchObject({
      parentSpanId: spanHex(49),
      startNanos: start.toString(),
      durationNanos: 123,
      droppedAttributesCount: 1,
      droppedEventsCount: 2,
      droppedLinksCount: 3,
      flags: 257,
      traceState: 'ot=th:8',
      adjustedCount: 2,
      scope: { name: 's', version: 'v' },
      events: [{ name: 'e', timeNanos: nanosAt(1001).toString() }],
      links: [{ traceId: traceHex(51), spanId: spanHex(51) }],
    })
    expect(attributes(attrs)).toHaveLength(expected.length)
  })
})
