import { SeverityNumber } from '@opentelemetry/api-logs'
import { OTLPLogExporter } from '@opentelemetry/exporter-logs-otlp-proto'
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-grpc'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { BatchLogRecordProcessor, LoggerProvider } from '@opentelemetry/sdk-logs'
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics'
import { BasicTracerProvider, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { context, SpanStatusCode, trace } from '@opentelemetry/api'

/**
 * One request as the official SDK records it: traces over gRPC, logs over HTTP protobuf, metrics over HTTP JSON. Resolves
 * with the trace id when everything has been acknowledged.
 */
export async function sendWithOfficialSdk(
  target: { otlpGrpc: string; otlpHttp: string },
  service: string,
): Promise<string> {
  const resource = resourceFromAttributes({ 'service.name': service })
  const traces = new BasicTracerProvider({
    resource,
    spanProcessors: [new SimpleSpanProcessor(new OTLPTraceExporter({ url: target.otlpGrpc }))],
  })
  const logs = new LoggerProvider({
    resource,
    processors: [new BatchLogRecordProcessor({ exporter: new OTLPLogExporter({ url: `${target.otlpHttp}/v1/logs` }) })],
  })
  const reader = new PeriodicExportingMetricReader({
    exporter: new OTLPMetricExporter({ url: `${target.otlpHttp}/v1/metrics` }),
    exportIntervalMillis: 3_600_000,
  })
  const metrics = new MeterProvider({ resource, readers: [reader] })

  const tracer = traces.getTracer('test')
  const root = tracer.startSpan('GET /cart', {
    attributes: { 'http.request.method': 'GET', 'http.response.status_code': 500 },
  })
  const inRoot = trace.setSpan(context.active(), root)
  const child = tracer.startSpan('SELECT cart', { attributes: { 'db.system.name': 'postgresql' } }, inRoot)
  child.setStatus({ code: SpanStatusCode.ERROR, message: 'deadlock detected' })
  logs.getLogger('test').emit({
    severityNumber: SeverityNumber.WARN,
    severityText: 'WARN',
    body: `cart of ${service} is slow`,
    context: trace.setSpan(context.active(), child),
  })
  child.end()
  root.end()
  metrics.getMeter('test').createCounter('carts.opened').add(3, { shop: 'north' })

  await Promise.all([traces.forceFlush(), logs.forceFlush(), metrics.forceFlush()])
  await Promise.all([traces.shutdown(), logs.shutdown(), metrics.shutdown()])
  return root.spanContext().traceId
}
