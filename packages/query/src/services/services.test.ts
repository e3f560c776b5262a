import { getService, listOperations, listServices, serviceGraph } from '@clew/contract/services'
import { attributeKeys, attributeValues } from '@clew/contract/traces'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { span, spanBatch, spanHex, traceHex, type SpanOptions } from '../testdata/span-fixture.ts'
import { startTestServer, type TestServer } from '../testdata/test-server.ts'

let server: TestServer
const byText = (a: unknown[], b: unknown[]): number => (String(a) < String(b) ? -1 : 1)
const SERVER = 2
const CLIENT = 3
const PRODUCER = 4
const CONSUMER = 5

/** Now, because the graph of the last minutes is made from the spans themselves. */
const START = BigInt(Date.now() - 90_000) * 1_000_000n
const RANGE = { start: 'now-10m', end: 'now' }

function call(n: number, options: Omit<SpanOptions, 'traceId'> & { ms?: number }) {
  const { ms = 10, ...rest } = options
  const start = START + BigInt(n) * 1_000_000n
  return {
    ...span({ traceId: traceHex(n + 1), ...rest }),
    startTimeUnixNano: start,
    endTimeUnixNano: start + BigInt(ms) * 1_000_000n,
  }
}

beforeAll(async () => {
  server = await startTestServer()
  const hundred = Array.from({ length: 100 }, (_, n) => n)
  await server.send(
    spanBatch(
      'web',
      hundred.flatMap((n) => [
        call(n, {
          spanId: spanHex(n * 10 + 1),
          kind: SERVER,
          name: 'GET /',
          ms: n + 1,
          status: { code: n < 10 ? 2 : 0 },
          attrs: { 'http.route': '/', 'user.tier': n % 2 === 0 ? 'gold' : 'free' },
        }),
        call(n, { spanId: spanHex(n * 10 + 2), parentSpanId: spanHex(n * 10 + 1), kind: CLIENT, name: 'call', ms: 5 }),
        call(n, {
          spanId: spanHex(n * 10 + 3),
          parentSpanId: spanHex(n * 10 + 1),
          kind: CLIENT,
          name: 'SELECT',
          ms: 2,
          attrs: { 'db.system.name': 'postgresql', 'db.namespace': 'shop' },
        }),
        call(n, {
          spanId: spanHex(n * 10 + 5),
          parentSpanId: spanHex(n * 10 + 1),
          kind: PRODUCER,
          name: 'send',
          ms: 1,
        }),
      ]),
      { resource: { 'service.version': '1.2', 'host.name': 'h' } },
    ),
    spanBatch(
      'api',
      hundred.map((n) =>
        call(n, {
          spanId: spanHex(n * 10 + 4),
          parentSpanId: spanHex(n * 10 + 2),
          kind: SERVER,
          name: 'work',
          ms: 4,
          traceState: 'ot=th:8',
        }),
      ),
    ),
    spanBatch(
      'worker',
      hundred.map((n) =>
        call(n, { spanId: spanHex(n * 10 + 6), parentSpanId: spanHex(n * 10 + 5), kind: CONSUMER, name: 'job' }),
      ),
    ),
    spanBatch('batch', [call(0, { spanId: spanHex(9001), kind: 1, name: 'nightly', ms: 1000 })]),
  )
})
afterAll(async () => await server.close())

test('services: entry spans only, all spans where there is no entry, weighted by sampling', async () => {
  const { services } = await server.ask(listServices, RANGE)
  expect(services.map((service) => [service.name, service.red.calls, service.spanCount])).toEqual([
    ['api', 200, 100],
    ['web', 100, 400],
    ['worker', 100, 100],
    ['batch', 1, 1],
  ])
  const web = services.find((service) => service.name === 'web')
  expect(web?.red).toMatchObject({ errors: 10, errorRatio: 0.1 })
  expect(web?.red.callsPerSecond).toBeCloseTo(100 / 600, 5)
  // Durations are 1 to 100 ms; the rollup's buckets are 9 % wide.
  for (const [quantile, wanted] of [
    ['p50Nanos', 50e6],
    ['p95Nanos', 95e6],
    ['p99Nanos', 99e6],
  ] as const) {
    expect(Math.abs((web?.red[quantile] ?? 0) / wanted - 1)).toBeLessThan(0.1)
  }
  expect(web?.series.calls.reduce((a, b) => a + b, 0)).toBe(100)
  expect(web?.series.calls.length).toBe(web?.series.p95Nanos.length)
  expect((await server.ask(listServices, { ...RANGE, prefix: 'W' })).services.map((service) => service.name)).toEqual([
    'web',
    'worker',
  ])
  const limited = await server.ask(listServices, { ...RANGE, limit: 1 })
  expect([limited.services.length, limited.meta.complete]).toEqual([1, false])
  expect((await server.ask(listServices, { start: 'now-2h', end: 'now-1h' })).services).toEqual([])
})

test('operations, of all and of one service, by kind and prefix', async () => {
  const { operations } = await server.ask(listOperations, { ...RANGE, service: 'web' })
  expect(operations.map((operation) => [operation.name, operation.kind, operation.red.calls])).toEqual([
    ['GET /', 'server', 100],
    ['SELECT', 'client', 100],
    ['call', 'client', 100],
    ['send', 'producer', 100],
  ])
  expect((await server.ask(listOperations, { ...RANGE, kind: 'consumer' })).operations).toMatchObject([
    { service: 'worker', name: 'job' },
  ])
  expect((await server.ask(listOperations, { ...RANGE, prefix: 'sel' })).operations).toMatchObject([{ name: 'SELECT' }])
})

test('the graph has the calls of the last minutes at once', async () => {
  const { nodes, edges } = await server.ask(serviceGraph, RANGE)
  expect(edges.map((edge) => [edge.source, edge.target, edge.kind, edge.red.calls]).sort(byText)).toEqual([
    ['web', 'api', 'call', 200],
    ['web', 'postgresql/shop', 'database', 100],
    ['web', 'worker', 'messaging', 100],
  ])
  expect(nodes.map((node) => [node.name, node.kind]).sort(byText)).toEqual([
    ['api', 'service'],
    ['batch', 'service'],
    ['postgresql/shop', 'database'],
    ['web', 'service'],
    ['worker', 'service'],
  ])
  const { body } = await server.get('/jaeger/api/dependencies')
  expect(body.data).toEqual(
    expect.arrayContaining([
      { parent: 'web', child: 'api', callCount: 200 },
      { parent: 'web', child: 'worker', callCount: 100 },
    ]),
  )
  expect(body.data).toHaveLength(2)
})

test('one service: its operations, neighbours and resources', async () => {
  const web = await server.ask(getService, { ...RANGE, service: 'web' })
  expect(web.red.calls).toBe(100)
  expect(web.operations).toHaveLength(4)
  expect(web.callers).toEqual([])
  expect(web.callees.map((callee) => [callee.service, callee.kind])).toEqual(
    expect.arrayContaining([
      ['api', 'call'],
      ['postgresql/shop', 'database'],
      ['worker', 'messaging'],
    ]),
  )
  expect(web.resources).toEqual([
    { key: 'host.name', values: ['h'] },
    { key: 'service.name', values: ['web'] },
    { key: 'service.version', values: ['1.2'] },
  ])
  expect((await server.ask(getService, { ...RANGE, service: 'api' })).callers).toMatchObject([{ service: 'web' }])
  expect(await server.get('/api/services/none')).toMatchObject({
    status: 404,
    body: { error: { code: 'SERVICE_NOT_FOUND' } },
  })
})

test('keys and values for completion', async () => {
  const { keys } = await server.ask(attributeKeys, RANGE)
  expect(keys.find((key) => key.key === 'http.route')).toMatchObject({
    level: 'span',
    type: 'string',
    count: 100,
    promoted: true,
  })
  expect(keys.find((key) => key.key === 'host.name')).toMatchObject({ level: 'resource', promoted: false })
  expect((await server.ask(attributeKeys, { ...RANGE, prefix: 'user' })).keys.map((key) => key.key)).toEqual([
    'user.tier',
  ])
  const values = async (key: string, prefix = '') => {
    const answer = await server.ask(attributeValues, { ...RANGE, key, prefix })
    return answer.values.map((value) => [value.value, value.count])
  }
  expect(await values('service')).toEqual([
    ['web', 400],
    ['api', 100],
    ['worker', 100],
    ['batch', 1],
  ])
  expect(await values('status')).toEqual([
    ['unset', 591],
    ['error', 10],
  ])
  expect(await values('kind', 'ser')).toEqual([['server', 200]])
  expect(await values('user.tier')).toEqual([
    ['free', 50],
    ['gold', 50],
  ])
  expect(await values('span.user.tier', 'GO')).toEqual([['gold', 50]])
  expect(await values('http.route')).toEqual([['/', 100]])
  expect(await values('resource.host.name')).toEqual([['h', 400]])
  expect(await values('host.name')).toEqual([['h', 400]])
  expect(await values('event.user.tier')).toEqual([])
  expect(await values('nothing')).toEqual([])
  expect(await server.get('/api/attributes/values?key=trace')).toMatchObject({
    status: 400,
    body: { error: { code: 'NO_VALUES' } },
  })
})
