import type { Attributes, HrTime } from '@opentelemetry/api'
import { JsonMetricsSerializer, ProtobufMetricsSerializer } from '@opentelemetry/otlp-transformer'
import {
  AggregationTemporality,
  DataPointType,
  type HistogramMetricData,
  type MetricData,
  type ResourceMetrics,
  type ScopeMetrics,
} from '@opentelemetry/sdk-metrics'
import { ProtobufAppender } from '../pipeline/protobuf-appender.ts'
import type { DurationPoint } from './duration-producer.ts'
import type { Exemplar } from './exemplar-reservoir.ts'

/** An OTLP metrics request; the SDK's serializers, and what they have no place for: the exemplars of durations. */
export function serializeMetrics(items: ResourceMetrics, path: 'protobuf' | 'json'): Uint8Array | undefined {
  const withExemplars = items.scopeMetrics.some(({ metrics }) => metrics.some(hasExemplars))
  if (!withExemplars)
    return (path === 'json' ? JsonMetricsSerializer : ProtobufMetricsSerializer).serializeRequest(items)
  return path === 'json' ? serializeJson(items) : serializeProtobuf(items)
}

interface DurationMetric extends HistogramMetricData {
  readonly dataPoints: DurationPoint[]
}

function hasExemplars(metric: MetricData): metric is DurationMetric {
  if (metric.dataPointType !== DataPointType.HISTOGRAM) return false
  return metric.dataPoints.some((point) => (point as Partial<DurationPoint>).exemplars?.length)
}

interface JsonRequest {
  readonly resourceMetrics: {
    readonly scopeMetrics: {
      readonly metrics: { readonly histogram?: { readonly dataPoints: { exemplars?: object[] }[] } }[]
    }[]
  }[]
}

function serializeJson(items: ResourceMetrics): Uint8Array | undefined {
  const plain = JsonMetricsSerializer.serializeRequest(items)
  if (plain === undefined) return undefined
  const request = JSON.parse(Buffer.from(plain).toString()) as JsonRequest
  const scopes = request.resourceMetrics[0]?.scopeMetrics ?? []
  for (const [s, { metrics }] of items.scopeMetrics.entries()) {
    for (const [m, metric] of metrics.entries()) {
      if (!hasExemplars(metric)) continue
      const points = scopes[s]?.metrics[m]?.histogram?.dataPoints ?? []
      for (const [p, { exemplars }] of metric.dataPoints.entries()) {
        const point = points[p]
        if (point !== undefined && exemplars.length > 0) point.exemplars = exemplars.map(jsonExemplar)
      }
    }
  }
  return Buffer.from(JSON.stringify(request))
}

function jsonExemplar({ value, time, traceId, spanId }: Exemplar): object {
  const timeUnixNano = String(BigInt(time[0]) * 1_000_000_000n + BigInt(Math.round(time[1])))
  return { timeUnixNano, asDouble: value, ...(traceId === undefined ? {} : { traceId, spanId }) }
}

/**
 * The SDK writes the resource and all other metrics; its one ResourceMetrics message is then made longer by the scopes
 * of the metrics that have exemplars.
 */
function serializeProtobuf(items: ResourceMetrics): Uint8Array | undefined {
  const others = items.scopeMetrics.map(({ scope, metrics }) => ({
    scope,
    metrics: metrics.filter((metric) => !hasExemplars(metric)),
  }))
  const scopeMetrics = others.filter(({ metrics }) => metrics.length > 0)
  const plain = ProtobufMetricsSerializer.serializeRequest({ ...items, scopeMetrics })
  if (plain === undefined) return undefined
  const out = new ProtobufAppender(plain.length + 4096)
  const request = out.openLong(0x0a)
  out.raw(plain.subarray(bodyStart(plain)))
  for (const scope of items.scopeMetrics) {
    const metrics = scope.metrics.filter(hasExemplars)
    if (metrics.length > 0) writeScope(out, scope, metrics)
  }
  out.closeLong(request)
  return out.view().slice()
}

/** Where the first message of a request begins: behind its tag and length. */
function bodyStart(request: Uint8Array): number {
  let at = 1
  while (request[at]! >= 0x80) at++
  return at + 1
}

function writeScope(out: ProtobufAppender, { scope }: ScopeMetrics, metrics: readonly DurationMetric[]): void {
  const message = out.openLong(0x12)
  const scopeMark = out.openLong(0x0a)
  out.string(0x0a, scope.name)
  if (scope.version) out.string(0x12, scope.version)
  out.closeLong(scopeMark)
  for (const metric of metrics) writeMetric(out, metric)
  if (scope.schemaUrl) out.string(0x1a, scope.schemaUrl)
  out.closeLong(message)
}

function writeMetric(out: ProtobufAppender, metric: DurationMetric): void {
  const message = out.openLong(0x12)
  out.string(0x0a, metric.descriptor.name)
  out.string(0x12, metric.descriptor.description)
  out.string(0x1a, metric.descriptor.unit)
  const histogram = out.openLong(0x4a)
  for (const point of metric.dataPoints) writePoint(out, point)
  out.uint32(0x10, metric.aggregationTemporality === AggregationTemporality.DELTA ? 1 : 2)
  out.closeLong(histogram)
  out.closeLong(message)
}

function writePoint(out: ProtobufAppender, point: DurationPoint): void {
  const { buckets, count, sum, min, max } = point.value
  const message = out.openLong(0x0a)
  writeTime(out, 0x11, point.startTime)
  writeTime(out, 0x19, point.endTime)
  // A fixed64 of a whole number is written as so many nanoseconds are.
  out.time(0x21, 0, count)
  if (sum !== undefined) writeDouble(out, 0x29, sum)
  const counts = out.openLong(0x32)
  const eight = Buffer.alloc(8)
  for (const one of buckets.counts) {
    eight.writeBigUInt64LE(BigInt(one))
    out.raw(eight)
  }
  out.closeLong(counts)
  const bounds = out.openLong(0x3a)
  for (const bound of buckets.boundaries) {
    eight.writeDoubleLE(bound)
    out.raw(eight)
  }
  out.closeLong(bounds)
  for (const exemplar of point.exemplars) writeExemplar(out, exemplar)
  writeAttributes(out, point.attributes)
  if (min !== undefined) writeDouble(out, 0x59, min)
  if (max !== undefined) writeDouble(out, 0x61, max)
  out.closeLong(message)
}

function writeExemplar(out: ProtobufAppender, { value, time, traceId, spanId }: Exemplar): void {
  const message = out.openLong(0x42)
  writeTime(out, 0x11, time)
  writeDouble(out, 0x19, value)
  if (traceId !== undefined && spanId !== undefined) {
    writeHex(out, 0x22, spanId)
    writeHex(out, 0x2a, traceId)
  }
  out.closeLong(message)
}

function writeAttributes(out: ProtobufAppender, attributes: Attributes): void {
  for (const [key, value] of Object.entries(attributes)) if (value !== undefined) out.keyValue(0x4a, key, value)
}

function writeTime(out: ProtobufAppender, tag: number, [seconds, nanos]: HrTime): void {
  out.time(tag, seconds, nanos)
}

function writeDouble(out: ProtobufAppender, tag: number, value: number): void {
  const bytes = Buffer.alloc(8)
  bytes.writeDoubleLE(value)
  out.byte(tag)
  out.raw(bytes)
}

function writeHex(out: ProtobufAppender, tag: number, hex: string): void {
  const bytes = Buffer.from(hex, 'hex')
  out.byte(tag)
  out.byte(bytes.length)
  out.raw(bytes)
}
