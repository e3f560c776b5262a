import { listMetrics, metricLabels, metricSeries } from '@clew/contract/metrics'
import { encodeBatch } from '@clew/otlp/encode'
import type { Metric, NumberDataPoint } from '@clew/otlp/model'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { attributes, BASE_MS, nanosAt, type Plain } from '../testdata/span-fixture.ts'
import { startTestServer, type TestServer } from '../testdata/test-server.ts'

const MINUTE = 60_000
const CUMULATIVE = 2
const DELTA = 1
let server: TestServer
/** Ten minutes, on the clock's marks. */
const RANGE = { start: String(BASE_MS), end: String(BASE_MS + 10 * MINUTE), steps: 10 }

function batch(service: string, metrics: Metric[], resource: Record<string, Plain> = {}) {
  return encodeBatch('metrics', {
    resourceMetrics: [
      {
        resource: { attributes: attributes({ 'service.name': service, ...resource }) },
        scopeMetrics: [{ scope: { name: 'meter' }, metrics }],
      },
    ],
  })
}

/** A point a minute, a second after the mark. */
function points(
  values: (number | bigint | null)[],
  attrs: Record<string, Plain> = {},
  startMs = -MINUTE,
): NumberDataPoint[] {
  return values.flatMap((value, i) =>
    value === null
      ? []
      : [
          {
            timeUnixNano: nanosAt(i * MINUTE + 1000),
            startTimeUnixNano: nanosAt(startMs),
            attributes: attributes(attrs),
            ...(typeof value === 'bigint' ? { asInt: value } : { asDouble: value }),
          },
        ],
  )
}

beforeAll(async () => {
  server = await startTestServer()
  const counter = (dataPoints: NumberDataPoint[], aggregationTemporality = CUMULATIVE, isMonotonic = true) => ({
    sum: { dataPoints, aggregationTemporality, isMonotonic },
  })
  const buckets = (i: number) => [BigInt(10 * (i + 1)), BigInt(10 * (i + 1)), 0n]
  await server.send(
    batch(
      'a',
      [
        {
          name: 'temp',
          unit: 'Cel',
          description: 'warmth',
          gauge: { dataPoints: points([10, 20, null, 40], { room: 'x' }) },
        },
        {
          name: 'hits',
          unit: '1',
          ...counter([...points([0n, 60n, 120n, 30n, 90n], { route: '/a' }), ...points([5n, 5n, 5n], { route: '/b' })]),
        },
        { name: 'deltas', ...counter(points([1, 2, 3]), DELTA) },
        { name: 'active', ...counter(points([3n, 4n], { pool: 'p' }), CUMULATIVE, false) },
        {
          name: 'latency',
          unit: 's',
          histogram: {
            aggregationTemporality: CUMULATIVE,
            dataPoints: [0, 1, 2].map((i) => ({
              timeUnixNano: nanosAt(i * MINUTE + 1000),
              startTimeUnixNano: nanosAt(-MINUTE),
              count: BigInt(20 * (i + 1)),
              sum: 40 * (i + 1),
              explicitBounds: [1, 3],
              bucketCounts: buckets(i),
              attributes: attributes({ route: '/a' }),
            })),
          },
        },
        {
          name: 'sizes',
          exponentialHistogram: {
            aggregationTemporality: DELTA,
            dataPoints: [
              {
                timeUnixNano: nanosAt(1000),
                startTimeUnixNano: nanosAt(0),
                count: 8n,
                sum: 96,
                scale: 0,
                zeroCount: 0n,
                positive: { offset: 3, bucketCounts: [8n] },
              },
            ],
          },
        },
        {
          name: 'quants',
          summary: {
            dataPoints: [
              {
                timeUnixNano: nanosAt(1000),
                startTimeUnixNano: nanosAt(500),
                count: 4n,
                sum: 8,
                quantileValues: [{ quantile: 0.5, value: 1.5 }],
              },
            ],
          },
        },
      ],
      { 'host.name': 'h1' },
    ),
    batch('b', [{ name: 'temp', unit: 'Cel', gauge: { dataPoints: points([30, 40], { room: 'y' }) } }], {
      'host.name': 'h2',
    }),
  )
})
afterAll(async () => await server.close())

async function series(input: object) {
  const answer = await server.ask(metricSeries, { ...RANGE, ...input } as never)
  expect(answer.startNanos).toBe(nanosAt(0).toString())
  expect(answer.stepNanos).toBe(MINUTE * 1e6)
  return answer.series.map(({ labels, values }) => ({ labels, values: values.slice(0, 5) }))
}

test('gauges: average of all series, grouped, filtered, and the other aggregations', async () => {
  expect(await series({ name: 'temp' })).toEqual([{ labels: {}, values: [20, 30, null, 40, null] }])
  expect(await series({ name: 'temp', groupBy: 'room' })).toEqual(
    [
      { labels: { room: 'x' }, values: [10, 20, null, 40, null] },
      { labels: { room: 'y' }, values: [30, 40, null, null, null] },
    ].sort((p, q) => (p.labels.room === 'x' ? 0 : 1) - (q.labels.room === 'x' ? 0 : 1)),
  )
  expect(await series({ name: 'temp', groupBy: 'service,resource.host.name', filter: 'room=y' })).toEqual([
    { labels: { service: 'b', 'resource.host.name': 'h2' }, values: [30, 40, null, null, null] },
  ])
  expect(await series({ name: 'temp', aggregation: 'sum' })).toMatchObject([{ values: [40, 60, null, 40, null] }])
  expect(await series({ name: 'temp', aggregation: 'max' })).toMatchObject([{ values: [30, 40, null, 40, null] }])
  expect(await series({ name: 'temp', aggregation: 'min' })).toMatchObject([{ values: [10, 20, null, 40, null] }])
  expect(await series({ name: 'temp', aggregation: 'count' })).toMatchObject([{ values: [2, 2, null, 1, null] }])
  expect(await series({ name: 'temp', aggregation: 'p50' })).toMatchObject([{ values: [20, 30, null, 40, null] }])
  expect(await series({ name: 'temp', filter: 'host.name=h1' })).toMatchObject([{ values: [10, 20, null, 40, null] }])
})

test('counters: growth by step, restarts included, the part before the range not', async () => {
  expect(await series({ name: 'hits', aggregation: 'increase', groupBy: 'route' })).toEqual([
    { labels: { route: '/a' }, values: [0, 60, 60, 30, 60] },
    { labels: { route: '/b' }, values: [0, 0, 0, null, null] },
  ])
  expect(await series({ name: 'hits', filter: 'route=/a' })).toMatchObject([{ values: [0, 1, 1, 0.5, 1] }])
  expect(await series({ name: 'deltas', aggregation: 'increase' })).toMatchObject([{ values: [1, 2, 3, null, null] }])
  expect(await series({ name: 'deltas', aggregation: 'sum' })).toMatchObject([{ values: [1, 2, 3, null, null] }])
  expect(await series({ name: 'active' })).toMatchObject([{ values: [3, 4, null, null, null] }])
})

test('a counter that has a point before the range grows from there', async () => {
  const answer = await server.ask(metricSeries, {
    name: 'hits',
    aggregation: 'increase',
    filter: 'route=/a',
    start: String(BASE_MS + MINUTE),
    end: String(BASE_MS + 3 * MINUTE),
    steps: 2,
  })
  expect(answer.series[0]?.values).toEqual([60, 60])
})

test('histograms of both kinds and summaries', async () => {
  expect(await series({ name: 'latency', aggregation: 'p50' })).toMatchObject([{ values: [null, 1, 1, null, null] }])
  expect(await series({ name: 'latency', aggregation: 'avg' })).toMatchObject([{ values: [null, 2, 2, null, null] }])
  expect(await series({ name: 'latency', aggregation: 'increase', groupBy: 'route' })).toEqual([
    { labels: { route: '/a' }, values: [null, 20, 20, null, null] },
  ])
  expect(await series({ name: 'sizes', aggregation: 'p50' })).toMatchObject([{ values: [12, null, null, null, null] }])
  expect(await series({ name: 'quants', aggregation: 'p50' })).toMatchObject([
    { values: [1.5, null, null, null, null] },
  ])
  expect(await series({ name: 'quants', aggregation: 'avg' })).toMatchObject([{ values: [2, null, null, null, null] }])
})

test('what has no meaning or is not there is said', async () => {
  const url = (query: string): string => `/api/metrics/series?start=${RANGE.start}&end=${RANGE.end}&${query}`
  expect(await server.get(url('name=temp&aggregation=rate'))).toMatchObject({
    status: 400,
    body: { error: { code: 'NOT_AGGREGATABLE' } },
  })
  expect(await server.get(url('name=none'))).toMatchObject({
    status: 404,
    body: { error: { code: 'METRIC_NOT_FOUND' } },
  })
  const one = await server.ask(metricSeries, { ...RANGE, name: 'temp', groupBy: 'room', maxSeries: 1 })
  expect([one.series.length, one.seriesOmitted]).toEqual([1, 1])
  const p99 = await server.ask(metricSeries, { ...RANGE, name: 'quants', aggregation: 'p99' })
  expect(p99.meta.complete).toBe(false)
})

test('the list of metrics and the labels of one', async () => {
  const { metrics } = await server.ask(listMetrics, RANGE)
  expect(metrics.map((metric) => metric.name)).toEqual([
    'active',
    'deltas',
    'hits',
    'latency',
    'quants',
    'sizes',
    'temp',
  ])
  expect(metrics.find((metric) => metric.name === 'temp')).toMatchObject({
    type: 'gauge',
    unit: 'Cel',
    seriesCount: 2,
    services: ['a', 'b'],
  })
  expect(metrics.find((metric) => metric.name === 'hits')).toMatchObject({
    type: 'sum',
    monotonic: true,
    temporality: 'cumulative',
  })
  const { labels } = await server.ask(metricLabels, { ...RANGE, name: 'temp' })
  expect(labels).toEqual([
    { key: 'service', valueCount: 2, values: ['a', 'b'] },
    { key: 'host.name', valueCount: 2, values: ['h1', 'h2'] },
    { key: 'room', valueCount: 2, values: ['x', 'y'] },
  ])
})
