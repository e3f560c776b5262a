import { MetricView } from '@clew/otlp/views/metric-view'
import { expect, it } from 'vitest'
import { oracleDecode } from './otlp-oracle.ts'
import { generateTelemetry } from './telemetry-generator.ts'

const options = { seed: 11, traces: 200, endNanos: 1_800_000_000_000_000_000n, tracesPerBatch: 50 }

it('is the same for the same seed and another for another', () => {
  const bytes = (seed: number): Buffer[] =>
    generateTelemetry({ ...options, seed, traces: 3 }).traceBatches.map((batch) => Buffer.from(batch.toProtobuf()))
  expect(bytes(1)).toEqual(bytes(1))
  expect(bytes(1)).not.toEqual(bytes(2))
})

it('holds errors with exceptions, queues with links, logs of all spans, and every metric type', () => {
  const telemetry = generateTelemetry(options)
  const spans = telemetry.traces.flat().map(({ span }) => span)
  expect(telemetry.traceBatches).toHaveLength(4)
  expect(telemetry.traceBatches.reduce((sum, batch) => sum + batch.itemCount, 0)).toBe(spans.length)
  expect(spans.some((span) => span.status?.code === 2 && span.events?.[0]?.name === 'exception')).toBe(true)
  expect(spans.some((span) => span.links !== undefined)).toBe(true)
  expect(new Set(spans.map((span) => span.kind))).toEqual(new Set([1, 2, 3, 4, 5]))
  const services = new Set(telemetry.traces.flat().map(({ service }) => service))
  expect(services.size).toBe(7)
  const view = new MetricView().bind(telemetry.metricBatch)
  const types = new Set<number>()
  for (let i = 0; i < telemetry.metricBatch.itemCount; i++) {
    view.seek(i)
    types.add(view.type)
  }
  expect([...types].sort((a, b) => a - b)).toEqual([5, 7, 9, 10, 11])
  const request = oracleDecode('metrics', telemetry.metricBatch.toProtobuf())
  for (const { scopeMetrics } of request.resourceMetrics!) {
    for (const point of scopeMetrics![0]!.metrics![0]!.histogram!.dataPoints!) {
      expect(point.bucketCounts!.reduce((sum, count) => sum + count, 0n)).toBe(point.count)
    }
  }
})
