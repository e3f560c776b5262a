import { logHistogram, searchLogs } from '@clew/contract/logs'
import { encodeBatch } from '@clew/otlp/encode'
import type { LogRecord } from '@clew/otlp/model'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { attributes, BASE_MS, nanosAt, otlp, spanHex, traceHex, type Plain } from '../testdata/span-fixture.ts'
import { startTestServer, type TestServer } from '../testdata/test-server.ts'

let server: TestServer
const RANGE = { start: String(BASE_MS), end: String(BASE_MS + 3_600_000) }

/** Records are told apart by `n`, which is also their time in seconds. */
function log(
  n: number,
  body: Plain | undefined,
  more: Partial<LogRecord> & { attrs?: Record<string, Plain> } = {},
): LogRecord {
  const { attrs = {}, ...rest } = more
  return {
    timeUnixNano: nanosAt(n * 1000),
    observedTimeUnixNano: nanosAt(n * 1000 + 1),
    ...(body === undefined ? {} : { body: otlp(body) }),
    attributes: attributes({ n: BigInt(n), ...attrs }),
    ...rest,
  }
}

function logBatch(service: string, logRecords: LogRecord[], scope: Record<string, Plain> = {}) {
  return encodeBatch('logs', {
    resourceLogs: [
      {
        resource: { attributes: attributes({ 'service.name': service, 'host.name': `${service}-host` }) },
        scopeLogs: [{ scope: { name: 'logger', version: '3', attributes: attributes(scope) }, logRecords }],
      },
    ],
  })
}

beforeAll(async () => {
  server = await startTestServer()
  await server.send(
    logBatch('shop', [
      log(1, 'connection refused by db-1', {
        severityNumber: 17,
        severityText: 'ERROR',
        traceId: traceHex(5),
        spanId: spanHex(6),
        flags: 1,
      }),
      log(2, 'Connected\n  to   DB', { severityNumber: 9, severityText: 'Information' }),
      log(3, { msg: 'structured', code: 7n }, { severityNumber: 13 }),
      log(4, undefined, { eventName: 'user.login', severityNumber: 0 }),
      log(5, 42n, { severityNumber: 24, attrs: { 'exception.type': 'Boom', ratio: 1.5 } }),
    ]),
    logBatch(
      'web',
      [log(6, 'refused again', { severityNumber: 4, timeUnixNano: 0n, observedTimeUnixNano: nanosAt(6000) })],
      { team: 'x' },
    ),
    logBatch(
      'bulk',
      Array.from({ length: 40 }, (_, i) => log(100 + Math.floor(i / 8), `bulk ${i}`, { severityNumber: 5 })),
    ),
  )
})
afterAll(async () => await server.close())

const numberOf = (record: { attributes: { key: string; value: { value: unknown } }[] }): number =>
  Number(record.attributes.find((each) => each.key === 'n')?.value.value)

describe('search', () => {
  test.each<[string, number[]]>([
    ['service=(shop,web)', [6, 5, 4, 3, 2, 1]],
    ['refused', [6, 1]],
    ['REFUSED service=shop', [1]],
    ['"connection refused"', [1]],
    ['body=42', [5]],
    ['body:structured', [3]],
    ['body=~"^conn.*db-\\d"', [1]],
    ['severity>=error', [5, 1]],
    ['severity>warn', [5, 1]],
    ['severity=warn', [3]],
    ['level=(info,warn)', [3, 2]],
    ['severity<debug service=(shop,web)', [6, 4]],
    ['severity!=debug severity!=error severity:*', [6, 5, 3, 2]],
    ['event.name=user.login', [4]],
    ['event.name:*', [4]],
    ['trace=5', [1]],
    ['trace:*', [1]],
    ['span=6', [1]],
    ['exception.type=Boom', [5]],
    ['log.ratio>1', [5]],
    ['resource.host.name=web-host', [6]],
    ['scope.team=x', [6]],
    ['scope.name=logger n<7 -service=shop', [6]],
    ['-refused service=shop', [5, 4, 3, 2]],
    ['nothing here', []],
  ])('%s', async (q, expected) => {
    const { logs, total } = await server.ask(searchLogs, { ...RANGE, q })
    expect(logs.map(numberOf)).toEqual(expected)
    expect(total).toEqual({ value: expected.length, exact: true })
  })
})

test('a record comes back whole', async () => {
  const { logs } = await server.ask(searchLogs, { ...RANGE, q: 'service=shop', sort: 'oldest' })
  expect(logs[0]).toEqual({
    id: expect.stringMatching(/^\d+$/),
    timeNanos: nanosAt(1000).toString(),
    observedTimeNanos: nanosAt(1001).toString(),
    service: 'shop',
    severity: 'error',
    severityNumber: 17,
    severityText: 'ERROR',
    eventName: '',
    text: 'connection refused by db-1',
    body: { type: 'string', value: 'connection refused by db-1' },
    traceId: traceHex(5),
    spanId: spanHex(6),
    flags: 1,
    attributes: [{ key: 'n', value: { type: 'int', value: '1' } }],
    resource: [
      { key: 'host.name', value: { type: 'string', value: 'shop-host' } },
      { key: 'service.name', value: { type: 'string', value: 'shop' } },
    ],
    scope: { name: 'logger', version: '3', attributes: [] },
    droppedAttributesCount: 0,
  })
  expect(logs[1]?.text).toBe('Connected to DB')
  expect(logs[2]).toMatchObject({
    text: '{"msg":"structured","code":7}',
    body: { type: 'kvlist', value: [{ key: 'msg' }, { key: 'code', value: { type: 'int', value: '7' } }] },
  })
  expect(logs[3]).toMatchObject({ body: { type: 'empty', value: null }, text: '', severity: 'unspecified' })
  expect(logs[4]).toMatchObject({ body: { type: 'int', value: '42' } })
  expect(logs[4]?.attributes.map((each) => each.key)).toEqual(['exception.type', 'n', 'ratio'])
})

test.each(['newest', 'oldest'] as const)('pages from the %s see every record once', async (sort) => {
  const whole = await server.ask(searchLogs, { ...RANGE, q: 'service=bulk', sort, limit: 1000 })
  const seen: string[] = []
  let cursor: string | undefined
  do {
    const page = await server.ask(searchLogs, {
      ...RANGE,
      q: 'service=bulk',
      sort,
      limit: 3,
      ...(cursor === undefined ? {} : { cursor }),
    })
    seen.push(...page.logs.map((record) => record.id))
    expect(page.total).toEqual({ value: 40, exact: true })
    cursor = page.nextCursor ?? undefined
  } while (cursor !== undefined)
  expect(seen).toEqual(whole.logs.map((record) => record.id))
  expect(new Set(seen).size).toBe(40)
})

test('records of a trace need no time range', async () => {
  const { logs } = await server.ask(searchLogs, { traceId: '5' })
  expect(logs.map(numberOf)).toEqual([1])
  expect((await server.ask(searchLogs, { traceId: '5', spanId: '7' })).logs).toEqual([])
  expect((await server.ask(searchLogs, { traceId: '5', start: 'now-5m' })).logs).toEqual([])
})

test('the histogram counts by time and severity', async () => {
  const answer = await server.ask(logHistogram, { ...RANGE, timeBuckets: 60 })
  expect(answer.stepNanos).toBe(60e9)
  expect(answer.startNanos).toBe(nanosAt(0).toString())
  const counts = Object.fromEntries(answer.series.map((series) => [series.severity, series.counts.slice(0, 3)]))
  expect(counts).toEqual({
    unspecified: [1, 0, 0],
    trace: [1, 0, 0],
    debug: [0, 40, 0],
    info: [1, 0, 0],
    warn: [1, 0, 0],
    error: [1, 0, 0],
    fatal: [1, 0, 0],
  })
  const ofTrace = await server.ask(logHistogram, { traceId: '5', timeBuckets: 10 })
  expect(ofTrace.series).toMatchObject([{ severity: 'error' }])
})
