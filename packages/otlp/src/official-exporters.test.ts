import { ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import { SeverityNumber } from '@opentelemetry/api-logs'
import {
  JsonLogsSerializer,
  JsonMetricsSerializer,
  JsonTraceSerializer,
  ProtobufLogsSerializer,
  ProtobufMetricsSerializer,
  ProtobufTraceSerializer,
} from '@opentelemetry/otlp-transformer'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { LoggerProvider, type ReadableLogRecord } from '@opentelemetry/sdk-logs'
import { AggregationType, MeterProvider, MetricReader, type ResourceMetrics } from '@opentelemetry/sdk-metrics'
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { describe, expect, it } from 'vitest'
import { Batch } from './batch.ts'
import { decode } from './decode.ts'
import type { Metric } from './model.ts'

const resource = resourceFromAttributes({ 'service.name': 'checkout', 'process.pid': 12, ratio: 0.5, on: true })
const resourceAttributes = [
  { key: 'service.name', value: { stringValue: 'checkout' } },
  { key: 'process.pid', value: { intValue: 12n } },
  { key: 'ratio', value: { doubleValue: 0.5 } },
  { key: 'on', value: { boolValue: true } },
]

class ManualReader extends MetricReader {
  protected override async onForceFlush(): Promise<void> {}
  protected override async onShutdown(): Promise<void> {}
}

describe('what the official JavaScript exporters send', () => {
  it('is read for traces, the same from protobuf and JSON', () => {
    const exporter = new InMemorySpanExporter()
    const provider = new BasicTracerProvider({ resource, spanProcessors: [new SimpleSpanProcessor(exporter)] })
    const tracer = provider.getTracer('shop', '1.2.3')
    const parent = tracer.startSpan('GET /cart', { kind: SpanKind.SERVER, startTime: [1_800_000_000, 123_456_789] })
    const child = tracer.startSpan(
      'SELECT cart',
      {
        kind: SpanKind.CLIENT,
        startTime: [1_800_000_000, 200_000_001],
        attributes: {
          'db.system.name': 'postgresql',
          rows: 3,
          big: 2 ** 40,
          share: 0.25,
          cached: false,
          tags: ['a', 'b'],
        },
        links: [{ context: parent.spanContext(), attributes: { why: 'test' } }],
      },
      trace.setSpan(ROOT_CONTEXT, parent),
    )
    child.addEvent('retry', { attempt: 2 }, [1_800_000_000, 200_000_500])
    child.setStatus({ code: SpanStatusCode.ERROR, message: 'deadlock' })
    child.end([1_800_000_001, 1])
    parent.end([1_800_000_001, 2])
    const spans = exporter.getFinishedSpans()

    const fromProtobuf = Batch.fromProtobuf('traces', ProtobufTraceSerializer.serializeRequest(spans)!)
    const fromJson = Batch.fromJson('traces', JsonTraceSerializer.serializeRequest(spans)!)
    const group = decode('traces', fromProtobuf).resourceSpans![0]!
    expect(group.resource!.attributes).toEqual(resourceAttributes)
    expect(group.scopeSpans![0]!.scope).toMatchObject({ name: 'shop', version: '1.2.3' })
    const [childSpan, parentSpan] = group.scopeSpans![0]!.spans!
    expect(parentSpan).toMatchObject({ name: 'GET /cart', kind: 2, spanId: parent.spanContext().spanId })
    expect(childSpan).toMatchObject({
      traceId: parent.spanContext().traceId,
      spanId: child.spanContext().spanId,
      parentSpanId: parent.spanContext().spanId,
      name: 'SELECT cart',
      kind: 3,
      startTimeUnixNano: 1_800_000_000_200_000_001n,
      endTimeUnixNano: 1_800_000_001_000_000_001n,
      attributes: [
        { key: 'db.system.name', value: { stringValue: 'postgresql' } },
        { key: 'rows', value: { intValue: 3n } },
        { key: 'big', value: { intValue: 2n ** 40n } },
        { key: 'share', value: { doubleValue: 0.25 } },
        { key: 'cached', value: { boolValue: false } },
        { key: 'tags', value: { arrayValue: { values: [{ stringValue: 'a' }, { stringValue: 'b' }] } } },
      ],
      events: [{ name: 'retry', timeUnixNano: 1_800_000_000_200_000_500n }],
      links: [{ traceId: parent.spanContext().traceId, spanId: parent.spanContext().spanId }],
      status: { code: 2, message: 'deadlock' },
    })
    expect(withoutZeros(decode('traces', fromJson))).toEqual(withoutZeros(decode('traces', fromProtobuf)))
  })

  it('is read for logs, the same from protobuf and JSON', () => {
    const records: ReadableLogRecord[] = []
    const provider = new LoggerProvider({
      resource,
      processors: [
        {
          onEmit: (record) => void records.push(record),
          forceFlush: () => Promise.resolve(),
          shutdown: () => Promise.resolve(),
        },
      ],
    })
    provider.getLogger('app').emit({
      timestamp: [1_800_000_000, 5],
      severityNumber: SeverityNumber.ERROR,
      severityText: 'ERROR',
      eventName: 'order.failed',
      body: { text: 'no stock', items: [1, 'two', null, new Uint8Array([1, 2, 255])] },
      attributes: { 'order.id': 'A-1', nested: { deep: [true] } },
    })
    const fromProtobuf = decode('logs', Batch.fromProtobuf('logs', ProtobufLogsSerializer.serializeRequest(records)!))
    const fromJson = decode('logs', Batch.fromJson('logs', JsonLogsSerializer.serializeRequest(records)!))
    expect(fromProtobuf.resourceLogs![0]!.scopeLogs![0]!.logRecords![0]).toMatchObject({
      timeUnixNano: 1_800_000_000_000_000_005n,
      severityNumber: 17,
      severityText: 'ERROR',
      eventName: 'order.failed',
      body: {
        kvlistValue: {
          values: [
            { key: 'text', value: { stringValue: 'no stock' } },
            {
              key: 'items',
              value: {
                arrayValue: {
                  values: [{ intValue: 1n }, { stringValue: 'two' }, {}, { bytesValue: new Uint8Array([1, 2, 255]) }],
                },
              },
            },
          ],
        },
      },
    })
    expect(withoutZeros(fromJson)).toEqual(withoutZeros(fromProtobuf))
  })

  it('is read for metrics, the same from protobuf and JSON', async () => {
    const reader = new ManualReader()
    const provider = new MeterProvider({
      resource,
      readers: [reader],
      views: [
        { instrumentName: 'size', aggregation: { type: AggregationType.EXPONENTIAL_HISTOGRAM } },
        {
          instrumentName: 'latency',
          aggregation: { type: AggregationType.EXPLICIT_BUCKET_HISTOGRAM, options: { boundaries: [1, 10, 100] } },
        },
      ],
    })
    const meter = provider.getMeter('shop')
    meter.createCounter('orders', { unit: '{order}', description: 'Orders.' }).add(5, { kind: 'web' })
    meter.createGauge('temperature').record(-1.5)
    const latency = meter.createHistogram('latency', { unit: 'ms' })
    for (const value of [0.5, 5, 50, 500]) latency.record(value)
    const size = meter.createHistogram('size')
    for (const value of [1, 2, 4, 0]) size.record(value)
    const { resourceMetrics } = await reader.collect()
    await provider.shutdown()
    const request: ResourceMetrics = resourceMetrics
    const fromProtobuf = decode(
      'metrics',
      Batch.fromProtobuf('metrics', ProtobufMetricsSerializer.serializeRequest(request)!),
    )
    const fromJson = decode('metrics', Batch.fromJson('metrics', JsonMetricsSerializer.serializeRequest(request)!))
    const metrics = fromProtobuf.resourceMetrics![0]!.scopeMetrics![0]!.metrics!
    const byName = new Map<string, Metric>(metrics.map((metric) => [metric.name!, metric]))
    expect(byName.get('orders')).toMatchObject({
      unit: '{order}',
      description: 'Orders.',
      sum: {
        isMonotonic: true,
        aggregationTemporality: 2,
        dataPoints: [{ asDouble: 5, attributes: [{ key: 'kind', value: { stringValue: 'web' } }] }],
      },
    })
    expect(byName.get('temperature')).toMatchObject({ gauge: { dataPoints: [{ asDouble: -1.5 }] } })
    expect(byName.get('latency')).toMatchObject({
      histogram: {
        dataPoints: [
          { count: 4n, sum: 555.5, min: 0.5, max: 500, explicitBounds: [1, 10, 100], bucketCounts: [1n, 1n, 1n, 1n] },
        ],
      },
    })
    expect(byName.get('size')).toMatchObject({ exponentialHistogram: { dataPoints: [{ count: 4n, zeroCount: 1n }] } })
    expect(withoutZeros(fromJson)).toEqual(withoutZeros(fromProtobuf))
  })
})

/** The two serializers differ in which zeros they write; oneof values are compared as they are. */
function withoutZeros(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutZeros)
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, inner]) => {
        if (/Value$|^as|^sum$|^min$|^max$/.test(key)) return true
        if (Array.isArray(inner)) return inner.length > 0
        return inner !== 0 && inner !== 0n && inner !== '' && inner !== false && !isEmpty(inner)
      })
      .map(([key, inner]) => [key, withoutZeros(inner)]),
  )
}

function isEmpty(value: unknown): boolean {
  const rest = withoutZeros(value)
  return typeof rest === 'object' && rest !== null && Object.keys(rest).length === 0
}
