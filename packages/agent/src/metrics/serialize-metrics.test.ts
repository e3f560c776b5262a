import { ROOT_CONTEXT, trace, TraceFlags, ValueType } from '@opentelemetry/api'
import { resourceFromAttributes } from '@opentelemetry/resources'
import {
  AggregationTemporality,
  DataPointType,
  type MetricData,
  type ResourceMetrics,
} from '@opentelemetry/sdk-metrics'
import { expect, it } from 'vitest'
import { decodeMetrics } from '@clew/testkit/decode-metrics'
import { SERVER_DURATION, type ServedFacts } from '../instrumentations/http/durations.ts'
import { DurationProducer } from './duration-producer.ts'
import type { ExemplarFilter } from './exemplar-reservoir.ts'
import { serializeMetrics } from './serialize-metrics.ts'

const OK: ServedFacts = {
  method: 'GET',
  scheme: 'http',
  version: '1.1',
  route: '/ü',
  statusCode: 200,
  errorType: undefined,
}
const IDS = { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: '00f067aa0ba902b7', traceFlags: TraceFlags.SAMPLED }
const SPAN = trace.getSpan(trace.setSpanContext(ROOT_CONTEXT, IDS))
const COUNTER: MetricData = {
  descriptor: { name: 'jobs', description: '', unit: '1', valueType: ValueType.INT },
  aggregationTemporality: AggregationTemporality.CUMULATIVE,
  dataPointType: DataPointType.SUM,
  isMonotonic: true,
  dataPoints: [{ startTime: [1, 0], endTime: [2, 0], attributes: {}, value: 3 }],
}

async function recorded(filter: ExemplarFilter, temporality: AggregationTemporality): Promise<ResourceMetrics> {
  const durations = new DurationProducer(temporality, filter)
  const record = durations.recorder(SERVER_DURATION)
  record(0.003, OK, SPAN)
  record(0.2, OK, SPAN)
  record(0.3, { ...OK, statusCode: 500, errorType: '500' })
  const { scopeMetrics } = (await durations.collect()).resourceMetrics
  const resource = resourceFromAttributes({ 'service.name': 'shop', list: ['a', 'b'] })
  return { resource, scopeMetrics: [{ scope: { name: 'own', version: '1' }, metrics: [COUNTER] }, ...scopeMetrics] }
}

type Metrics = NonNullable<
  NonNullable<NonNullable<ReturnType<typeof decodeMetrics>['resourceMetrics']>[0]['scopeMetrics']>[0]['metrics']
>

/** What a request says, by the name of the metric. */
function read(request: Uint8Array | undefined, path: 'protobuf' | 'json'): Map<string, Metrics[0]> {
  const { resourceMetrics = [] } = decodeMetrics(request!, path)
  expect(resourceMetrics).toHaveLength(1)
  expect(resourceMetrics[0]?.resource?.attributes?.map(({ key }) => key)).toEqual(['service.name', 'list'])
  const metrics = (resourceMetrics[0]?.scopeMetrics ?? []).flatMap(({ metrics: all }) => all ?? [])
  return new Map(metrics.map((metric) => [metric.name ?? '', metric]))
}

const { CUMULATIVE, DELTA } = AggregationTemporality

it.each([
  ['protobuf', CUMULATIVE],
  ['protobuf', DELTA],
  ['json', CUMULATIVE],
] as const)(
  '%s has the exemplars, and all the rest as the SDK writes it (temporality %s)',
  async (path, temporality) => {
    const items = await recorded('trace_based', temporality)
    const metrics = read(serializeMetrics(items, path), path)
    const duration = metrics.get('http.server.request.duration')
    const exemplars = duration?.histogram?.dataPoints?.map((point) => point.exemplars ?? [])
    expect(exemplars?.map((list) => list.map(({ asDouble, traceId, spanId }) => [asDouble, traceId, spanId]))).toEqual([
      [
        [0.003, IDS.traceId, IDS.spanId],
        [0.2, IDS.traceId, IDS.spanId],
      ],
      [],
    ])
    const [first] = exemplars?.[0] ?? []
    expect(Math.abs(Number(first?.timeUnixNano) / 1e6 - Date.now())).toBeLessThan(60_000)

    // Without them nothing else is different.
    for (const { metrics: all } of items.scopeMetrics) {
      for (const metric of all)
        for (const point of metric.dataPoints) delete (point as { exemplars?: unknown }).exemplars
    }
    const plain = read(serializeMetrics(items, path), path)
    for (const point of duration?.histogram?.dataPoints ?? []) delete (point as { exemplars?: unknown }).exemplars
    expect(metrics.size).toBe(2)
    expect(metrics).toEqual(plain)
  },
)

it('has none when the filter says so', async () => {
  const metrics = read(serializeMetrics(await recorded('always_off', CUMULATIVE), 'protobuf'), 'protobuf')
  const points = metrics.get('http.server.request.duration')?.histogram?.dataPoints ?? []
  expect(points).toHaveLength(2)
  expect(points.flatMap((point) => point.exemplars ?? [])).toEqual([])
})
