import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { BASE_MS, span, spanBatch, spanHex, traceHex } from '../../testdata/span-fixture.ts'
import { startTestServer, type TestServer } from '../../testdata/test-server.ts'

let server: TestServer
const MICROS = { start: (BASE_MS - 3_600_000) * 1000, end: (BASE_MS + 3_600_000) * 1000 }
const ENVELOPE = { total: 0, limit: 0, offset: 0, errors: null }

beforeAll(async () => {
  server = await startTestServer({
    // Names are asked for the last days: the clock stands where the fixture is.
    clock: { ...realClock(), unixNanos: () => BigInt(BASE_MS + 60_000) * 1_000_000n },
  })
  await server.send(
    spanBatch(
      'front',
      [
        span({
          traceId: traceHex(0xabc),
          spanId: spanHex(1),
          name: 'GET /',
          kind: 2,
          durationMs: 100,
          traceState: 'a=b',
          flags: 0x101,
          attrs: {
            'http.response.status_code': 500n,
            big: 9_007_199_254_740_993n,
            ratio: 0.5,
            flag: true,
            list: ['a', 1n],
            raw: new Uint8Array([1, 2]),
            'http.route': '/',
          },
          status: { code: 2, message: 'it broke' },
          events: [{ name: 'exception', atMs: 5, attrs: { 'exception.type': 'E', count: 3n } }],
          links: [{ traceId: traceHex(7), spanId: spanHex(8) }],
        }),
        span({
          traceId: traceHex(0xabc),
          spanId: spanHex(2),
          name: 'call',
          kind: 3,
          atMs: 10,
          durationMs: 50,
          parentSpanId: spanHex(1),
        }),
        span({
          traceId: traceHex(0xdef),
          spanId: spanHex(9),
          name: 'GET /b',
          kind: 2,
          atMs: 1000,
          parentSpanId: spanHex(77),
          durationMs: 5,
        }),
      ],
      { resource: { 'host.name': 'h1' }, scope: { name: 'lib', version: '1.2' } },
    ),
    spanBatch('back', [
      span({
        traceId: traceHex(0xabc),
        spanId: spanHex(3),
        name: 'work',
        kind: 2,
        atMs: 20,
        durationMs: 20,
        parentSpanId: spanHex(2),
      }),
    ]),
    spanBatch(undefined, [span({ traceId: traceHex(0x111), spanId: spanHex(11), name: 'nameless', atMs: 2000 })]),
  )
})
afterAll(async () => await server.close())

function realClock() {
  return {
    unixMillis: () => Date.now(),
    monotonicMillis: () => performance.now(),
    after: (delayMs: number, callback: () => void) => {
      const timer = setTimeout(callback, delayMs)
      return () => clearTimeout(timer)
    },
  }
}

const get = async (path: string): ReturnType<TestServer['get']> => await server.get(`/jaeger/api${path}`)

test('services and operations', async () => {
  expect((await get('/services')).body).toEqual({
    data: ['OTLPResourceNoServiceName', 'back', 'front'],
    total: 3,
    limit: 0,
    offset: 0,
    errors: null,
  })
  expect((await get('/operations?service=front')).body).toEqual({
    data: [
      { name: 'GET /', spanKind: 'server' },
      { name: 'GET /b', spanKind: 'server' },
      { name: 'call', spanKind: 'client' },
    ],
    total: 3,
    limit: 0,
    offset: 0,
    errors: null,
  })
  expect((await get('/operations?service=front&spanKind=client')).body.data).toEqual([
    { name: 'call', spanKind: 'client' },
  ])
  expect((await get('/services/front/operations')).body.data).toEqual(['GET /', 'GET /b', 'call'])
  expect((await get('/services/OTLPResourceNoServiceName/operations')).body.data).toEqual(['nameless'])
})

test('a trace, field by field', async () => {
  const { status, body } = await get('/traces/abc')
  expect(status).toBe(200)
  expect(body).toMatchObject(ENVELOPE)
  const [trace] = body.data
  expect(Object.keys(trace).sort()).toEqual(['processes', 'spans', 'traceID', 'warnings'])
  expect(trace).toMatchObject({ traceID: traceHex(0xabc), warnings: null })
  const front = trace.spans.find((each: { spanID: string }) => each.spanID === spanHex(1))
  expect(trace.processes[front.processID]).toEqual({
    serviceName: 'front',
    tags: [{ key: 'host.name', type: 'string', value: 'h1' }],
  })
  expect(front).toEqual({
    traceID: traceHex(0xabc),
    spanID: spanHex(1),
    flags: 1,
    operationName: 'GET /',
    references: [{ refType: 'FOLLOWS_FROM', traceID: traceHex(7), spanID: spanHex(8) }],
    startTime: BASE_MS * 1000,
    duration: 100_000,
    processID: front.processID,
    warnings: null,
    logs: [
      {
        timestamp: (BASE_MS + 5) * 1000,
        fields: [
          { key: 'event', type: 'string', value: 'exception' },
          { key: 'count', type: 'int64', value: 3 },
          { key: 'exception.type', type: 'string', value: 'E' },
        ],
      },
    ],
    tags: [
      { key: 'big', type: 'int64', value: '9007199254740993' },
      { key: 'flag', type: 'bool', value: true },
      { key: 'http.response.status_code', type: 'int64', value: 500 },
      { key: 'http.route', type: 'string', value: '/' },
      { key: 'list', type: 'string', value: '["a",1]' },
      { key: 'ratio', type: 'float64', value: 0.5 },
      { key: 'raw', type: 'binary', value: 'AQI=' },
      { key: 'otel.scope.name', type: 'string', value: 'lib' },
      { key: 'otel.scope.version', type: 'string', value: '1.2' },
      { key: 'span.kind', type: 'string', value: 'server' },
      { key: 'error', type: 'bool', value: true },
      { key: 'otel.status_code', type: 'string', value: 'ERROR' },
      { key: 'otel.status_description', type: 'string', value: 'it broke' },
      { key: 'w3c.tracestate', type: 'string', value: 'a=b' },
    ],
  })
  const back = trace.spans.find((each: { spanID: string }) => each.spanID === spanHex(3))
  expect(back.references).toEqual([{ refType: 'CHILD_OF', traceID: traceHex(0xabc), spanID: spanHex(2) }])
  expect(trace.processes[back.processID].serviceName).toBe('back')
  expect(Object.keys(trace.processes)).toHaveLength(2)
})

test('a trace by id with and without leading zeros, and one that is not there', async () => {
  for (const id of ['abc', 'ABC', '0abc', traceHex(0xabc)]) expect((await get(`/traces/${id}`)).status).toBe(200)
  expect(await get('/traces/123456')).toMatchObject({
    status: 404,
    body: { data: null, total: 0, limit: 0, offset: 0, errors: [{ code: 404, msg: 'trace not found' }] },
  })
  expect(await get('/traces/nothex')).toMatchObject({ status: 400, body: { data: null, errors: [{ code: 400 }] } })
  const orphan = (await get('/traces/def')).body.data[0].spans[0]
  expect(orphan.warnings).toEqual([expect.stringContaining(spanHex(77))])
})

async function search(params: Record<string, string | number>): Promise<string[]> {
  const query = new URLSearchParams(Object.entries({ ...MICROS, ...params }).map(([k, v]) => [k, String(v)]))
  const { status, body } = await get(`/traces?${query}`)
  expect({ status, body }).toMatchObject({ status: 200, body: ENVELOPE })
  return body.data.map((trace: { traceID: string }) => trace.traceID.replace(/^0+/, ''))
}

describe('search', () => {
  test.each<[Record<string, string | number>, string[]]>([
    [{ service: 'front' }, ['def', 'abc']],
    [{ service: 'front', limit: 1 }, ['def']],
    [{ service: 'back' }, ['abc']],
    [{ service: 'OTLPResourceNoServiceName' }, ['111']],
    [{ service: 'front', operation: 'GET /' }, ['abc']],
    [{ service: 'front', minDuration: '60ms' }, ['abc']],
    [{ service: 'front', maxDuration: '10ms' }, ['def']],
    [{ service: 'front', minDuration: '1us', maxDuration: '1.5s' }, ['def', 'abc']],
    [{ service: 'front', tags: '{"http.response.status_code":"500"}' }, ['abc']],
    [{ service: 'front', tags: '{"error":"true"}' }, ['abc']],
    [{ service: 'front', tags: '{"error":"false"}' }, ['def', 'abc']],
    [{ service: 'front', tag: 'host.name:h1' }, ['def', 'abc']],
    [{ service: 'front', tag: 'exception.type:E' }, ['abc']],
    [{ service: 'front', tag: 'flag:true' }, ['abc']],
    [{ service: 'front', tags: '{"span.kind":"client"}' }, ['abc']],
    [{ service: 'front', tags: '{"span.kind":"client","error":"true"}' }, []],
    [{ service: 'front', tags: '{"otel.scope.name":"lib"}' }, ['def', 'abc']],
    [{ service: 'front', end: BASE_MS * 1000 + 500_000 }, ['abc']],
    [{ service: 'front', start: BASE_MS * 1000 + 500_000 }, ['def']],
    [{ service: 'nobody' }, []],
    [{ traceID: 'abc' }, ['abc']],
  ])('%j', async (params, expected) => expect(await search(params)).toEqual(expected))

  test('without start and end: the last two days, or the lookback', async () => {
    expect((await get('/traces?service=front')).body.data).toHaveLength(2)
    expect((await get('/traces?service=front&lookback=1h')).body.data).toHaveLength(2)
    expect((await get('/traces?service=front&lookback=59500ms')).body.data).toHaveLength(1)
  })

  test('several ids: those found, and an error for each that is not', async () => {
    const { status, body } = await get('/traces?traceID=abc&traceID=999')
    expect(status).toBe(200)
    expect(body.data).toHaveLength(1)
    expect(body.errors).toEqual([{ msg: 'trace not found', traceID: traceHex(0x999) }])
  })

  test.each([
    ['', /'service' is required/],
    ['service=a&minDuration=5', /minDuration/],
    ['service=a&minDuration=5s&maxDuration=1s', /maxDuration/],
    ['service=a&start=x', /start/],
    ['service=a&limit=-1', /limit/],
    ['service=a&limit=0', /limit/],
    ['service=a&tags=[1]', /tags/],
    ['service=a&tags={', /tags/],
    ['service=a&tag=novalue', /key:value/],
    ['traceID=xyz', /traceID/],
  ])('?%s is refused in its format', async (query, message) => {
    const { status, body } = await get(`/traces?${query}`)
    expect(status).toBe(400)
    expect(body).toEqual({
      data: null,
      total: 0,
      limit: 0,
      offset: 0,
      errors: [{ code: 400, msg: expect.stringMatching(message) }],
    })
  })
})

test('dependencies have their form; unknown paths and missing services their error', async () => {
  expect((await get(`/dependencies?endTs=${BASE_MS + 60_000}&lookback=3600000`)).body).toMatchObject({
    ...ENVELOPE,
    data: expect.any(Array),
  })
  expect((await get('/dependencies?endTs=x')).status).toBe(400)
  expect(await get('/operations')).toMatchObject({ status: 400, body: { errors: [{ code: 400 }] } })
  expect(await get('/nothing')).toMatchObject({ status: 404, body: { data: null, errors: [{ code: 404 }] } })
})

test('a trace of many spans comes in pieces, each span once', async () => {
  const many = Array.from({ length: 7000 }, (_, i) =>
    span({
      traceId: traceHex(0x1001),
      spanId: spanHex(i + 1),
      atMs: Math.floor(i / 3),
      durationMs: 1,
      name: 'one of many',
    }),
  )
  await server.send(spanBatch('crowd', many))
  const response = await server.server.fetch(new Request(`http://localhost/jaeger/api/traces/${traceHex(0x1001)}`))
  const pieces: Uint8Array[] = []
  for await (const piece of response.body ?? []) pieces.push(piece)
  expect(pieces.length).toBeGreaterThan(3)
  expect(Math.max(...pieces.map((piece) => piece.length))).toBeLessThan(2_000_000)
  const body = JSON.parse(Buffer.concat(pieces).toString()) as {
    data: { spans: { spanID: string }[]; processes: object }[]
  }
  expect(body.data[0]?.spans).toHaveLength(7000)
  expect(new Set(body.data[0]?.spans.map(({ spanID }) => spanID)).size).toBe(7000)
  expect(Object.keys(body.data[0]?.processes ?? {})).toEqual(['p1'])
})
