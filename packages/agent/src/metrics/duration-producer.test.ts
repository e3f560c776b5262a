import { AggregationTemporality } from '@opentelemetry/sdk-metrics'
import { describe, expect, it } from 'vitest'
import { SERVER_DURATION, type ServedFacts } from '../instrumentations/http/durations.ts'
import { DurationProducer } from './duration-producer.ts'

const OK: ServedFacts = {
  method: 'GET',
  scheme: 'http',
  version: '1.1',
  route: '/a',
  statusCode: 200,
  errorType: undefined,
}

async function points(durations: DurationProducer): Promise<{ attributes: object; value: Record<string, unknown> }[]> {
  const { resourceMetrics } = await durations.collect()
  return resourceMetrics.scopeMetrics.flatMap(({ metrics }) => metrics.flatMap((metric) => metric.dataPoints as never))
}

describe('DurationProducer', () => {
  it('adds up per series, boundaries inclusive', async () => {
    const durations = new DurationProducer(AggregationTemporality.CUMULATIVE)
    const record = durations.recorder(SERVER_DURATION)
    for (const seconds of [0.001, 0.005, 0.0051, 99]) record(seconds, OK)
    record(1, { ...OK, route: undefined, statusCode: 503, errorType: '503' })
    const [first, second, ...more] = await points(durations)
    expect(more).toEqual([])
    expect(first?.attributes).toEqual({
      'http.request.method': 'GET',
      'url.scheme': 'http',
      'network.protocol.version': '1.1',
      'http.route': '/a',
      'http.response.status_code': 200,
    })
    expect(first?.value).toMatchObject({ count: 4, min: 0.001, max: 99, buckets: { counts: [2, 1, ...zeros(12), 1] } })
    expect(second?.attributes).toMatchObject({ 'http.response.status_code': 503, 'error.type': '503' })
    expect(second?.attributes).not.toHaveProperty('http.route')
  })

  it('goes on from there when cumulative, starts again when delta', async () => {
    for (const [temporality, counts] of [
      [AggregationTemporality.CUMULATIVE, [1, 2]],
      [AggregationTemporality.DELTA, [1, 1]],
    ] as const) {
      const durations = new DurationProducer(temporality)
      const record = durations.recorder(SERVER_DURATION)
      const seen: unknown[] = []
      for (let round = 0; round < 2; round++) {
        record(0.1, OK)
        seen.push((await points(durations))[0]?.value['count'])
      }
      expect(seen).toEqual(counts)
    }
    expect(await points(new DurationProducer(AggregationTemporality.DELTA))).toEqual([])
  })

  it('is bounded: what is beyond 2,000 series is counted together', async () => {
    const durations = new DurationProducer(AggregationTemporality.CUMULATIVE)
    const record = durations.recorder(SERVER_DURATION)
    for (let i = 0; i < 3000; i++) record(0.1, { ...OK, route: `/${i}` })
    const all = await points(durations)
    expect(all).toHaveLength(2000)
    const overflow = all.find(({ attributes }) => 'otel.metric.overflow' in attributes)
    expect(overflow?.value['count']).toBe(1001)
  })
})

function zeros(length: number): number[] {
  return Array.from({ length }, () => 0)
}
