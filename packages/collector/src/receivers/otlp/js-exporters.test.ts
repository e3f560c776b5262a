import { SpanKind, TraceFlags, type HrTime } from '@opentelemetry/api'
import { SeverityNumber } from '@opentelemetry/api-logs'
import { OTLPLogExporter as GrpcLogs } from '@opentelemetry/exporter-logs-otlp-grpc'
import { OTLPLogExporter as JsonLogs } from '@opentelemetry/exporter-logs-otlp-http'
import { OTLPLogExporter as ProtoLogs } from '@opentelemetry/exporter-logs-otlp-proto'
import { OTLPMetricExporter as GrpcMetrics } from '@opentelemetry/exporter-metrics-otlp-grpc'
import { OTLPMetricExporter as JsonMetrics } from '@opentelemetry/exporter-metrics-otlp-http'
import { OTLPMetricExporter as ProtoMetrics } from '@opentelemetry/exporter-metrics-otlp-proto'
import { OTLPTraceExporter as GrpcTraces } from '@opentelemetry/exporter-trace-otlp-grpc'
import { OTLPTraceExporter as JsonTraces } from '@opentelemetry/exporter-trace-otlp-http'
import { OTLPTraceExporter as ProtoTraces } from '@opentelemetry/exporter-trace-otlp-proto'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { LoggerProvider, SimpleLogRecordProcessor, type LogRecordExporter } from '@opentelemetry/sdk-logs'
import { MeterProvider, PeriodicExportingMetricReader, type PushMetricExporter } from '@opentelemetry/sdk-metrics'
import { BasicTracerProvider, SimpleSpanProcessor, type SpanExporter } from '@opentelemetry/sdk-trace-base'
import type { Batch } from '@clew/otlp/batch'
import { SpanView } from '@clew/otlp/views/span-view'
import { LogRecordView } from '@clew/otlp/views/log-record-view'
import { MetricView } from '@clew/otlp/views/metric-view'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { RunningCollector } from '../../core/start-collector.ts'
import { MemoryConsumer } from '../../testdata/memory-consumer.ts'
import { OTLP_TO_STORE, registryWith, runYaml } from '../../testdata/run.ts'

const store = new MemoryConsumer()
let collector: RunningCollector
let grpcUrl = ''
let httpUrl = ''

beforeAll(async () => {
  collector = await runYaml(OTLP_TO_STORE, registryWith(store))
  const addresses = collector.addresses()['receiver/otlp'] ?? {}
  grpcUrl = `http://${addresses['grpc']}`
  httpUrl = `http://${addresses['http']}`
})
afterAll(() => collector.shutdown(5000))
beforeEach(() => {
  store.batches.length = 0
})

function first(): Batch {
  const [batch] = store.batches
  if (batch === undefined) throw new Error('nothing arrived')
  return batch
}

const resource = resourceFromAttributes({ 'service.name': 'checkout', 'service.instance.id': 7 })

async function sendSpans(exporter: SpanExporter): Promise<void> {
  const provider = new BasicTracerProvider({ resource, spanProcessors: [new SimpleSpanProcessor(exporter)] })
  const start: HrTime = [1_700_000_000, 123_456_789]
  const span = provider.getTracer('shop', '1.2.3').startSpan('GET /cart', {
    kind: SpanKind.SERVER,
    startTime: start,
    attributes: { 'http.route': '/cart', items: 3, ratio: 0.5, ok: true, tags: ['a', 'b'] },
  })
  span.addEvent('cache miss', { key: 'k' }, [1_700_000_000, 200_000_000])
  span.recordException(new Error('boom'))
  span.end([1_700_000_001, 123_456_790])
  await provider.forceFlush()
  await provider.shutdown()
  expect(span.spanContext().traceFlags).toBe(TraceFlags.SAMPLED)
}

async function sendLogs(exporter: LogRecordExporter): Promise<void> {
  const provider = new LoggerProvider({ resource, processors: [new SimpleLogRecordProcessor({ exporter })] })
  provider.getLogger('shop').emit({
    severityNumber: SeverityNumber.WARN,
    severityText: 'WARN',
    body: 'stock is low',
    attributes: { sku: 'a-1' },
  })
  await provider.forceFlush()
  await provider.shutdown()
}

async function sendMetrics(exporter: PushMetricExporter): Promise<void> {
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 60_000 })
  const provider = new MeterProvider({ resource, readers: [reader] })
  const meter = provider.getMeter('shop')
  meter.createCounter('orders').add(5, { region: 'eu' })
  meter.createHistogram('latency').record(12.5)
  await provider.forceFlush()
  await provider.shutdown()
}

const protocols = [
  {
    name: 'gRPC',
    traces: () => new GrpcTraces({ url: grpcUrl }),
    logs: () => new GrpcLogs({ url: grpcUrl }),
    metrics: () => new GrpcMetrics({ url: grpcUrl }),
  },
  {
    name: 'gRPC with gzip',
    traces: () => new GrpcTraces({ url: grpcUrl, compression: 'gzip' as never }),
    logs: () => new GrpcLogs({ url: grpcUrl, compression: 'gzip' as never }),
    metrics: () => new GrpcMetrics({ url: grpcUrl, compression: 'gzip' as never }),
  },
  {
    name: 'HTTP protobuf',
    traces: () => new ProtoTraces({ url: `${httpUrl}/v1/traces` }),
    logs: () => new ProtoLogs({ url: `${httpUrl}/v1/logs` }),
    metrics: () => new ProtoMetrics({ url: `${httpUrl}/v1/metrics` }),
  },
  {
    name: 'HTTP JSON',
    traces: () => new JsonTraces({ url: `${httpUrl}/v1/traces` }),
    logs: () => new JsonLogs({ url: `${httpUrl}/v1/logs` }),
    metrics: () => new JsonMetrics({ url: `${httpUrl}/v1/metrics` }),
  },
  {
    name: 'HTTP JSON with gzip',
    traces: () => new JsonTraces({ url: `${httpUrl}/v1/traces`, compression: 'gzip' as never }),
    logs: () => new JsonLogs({ url: `${httpUrl}/v1/logs`, compression: 'gzip' as never }),
    metrics: () => new JsonMetrics({ url: `${httpUrl}/v1/metrics`, compression: 'gzip' as never }),
  },
]

describe.each(protocols)('the official exporter over $name', (protocol) => {
  test('sends spans', async () => {
    await sendSpans(protocol.traces())
    const batch = first()
    expect(batch.signal).toBe('traces')
    expect(batch.itemCount).toBe(1)
    const view = new SpanView().bind(batch)
    view.seek(0)
    expect(view.name()).toBe('GET /cart')
    expect(view.startNanos()).toBe(1_700_000_000_123_456_789n)
    expect(view.endNanos()).toBe(1_700_000_001_123_456_790n)
    expect(view.traceIdHex()).toMatch(/^[0-9a-f]{32}$/)
    expect(view.attributes.count).toBe(5)
    expect(view.events.count).toBe(2)
  })

  test('sends logs', async () => {
    await sendLogs(protocol.logs())
    const batch = first()
    expect(batch.signal).toBe('logs')
    const view = new LogRecordView().bind(batch)
    view.seek(0)
    expect(view.severityNumber).toBe(13)
    expect(view.body.text()).toBe('stock is low')
  })

  test('sends metrics', async () => {
    await sendMetrics(protocol.metrics())
    const batch = first()
    expect(batch.signal).toBe('metrics')
    const names = new Set<string>()
    const view = new MetricView().bind(batch)
    for (let i = 0; i < batch.itemCount; i++) {
      view.seek(i)
      names.add(view.name())
    }
    expect(names).toEqual(new Set(['orders', 'latency']))
    expect(batch.pointCount).toBe(2)
  })
})

test('everything that came is booked as stored', () => {
  const { books } = collector.snapshot()
  expect(books.received.traces).toBe(protocols.length)
  expect(books.stored).toEqual(books.received)
  expect(books.inProgress).toEqual({ traces: 0, logs: 0, metrics: 0 })
})
