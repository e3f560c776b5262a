// A program that sets up the SDK itself, in the way the argument names, and does something in a request of its own server.
// What its exporters get is written to stdout.
import { createServer } from 'node:http'
import { metrics, trace } from '@opentelemetry/api'
import { logs } from '@opentelemetry/api-logs'
import { NodeSDK, logs as sdkLogs, metrics as sdkMetrics } from '@opentelemetry/sdk-node'
import { BasicTracerProvider, BatchSpanProcessor, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'

const way = process.argv[2]
const got = { spans: [], metrics: [], logs: [] }
const spanExporter = {
  export: (spans, done) => {
    for (const span of spans) {
      got.spans.push({
        name: span.name,
        traceId: span.spanContext().traceId,
        service: span.resource.attributes['service.name'],
      })
    }
    done({ code: 0 })
  },
  shutdown: async () => undefined,
}
const logExporter = {
  export: (records, done) => {
    for (const record of records) got.logs.push(record.body)
    done({ code: 0 })
  },
  shutdown: async () => undefined,
}

// Before the SDK is there, as modules do it.
const early = trace.getTracer('early', '1.2.3')
const counter = metrics.getMeter('mine').createCounter('sold', { description: 'things' })
metrics
  .getMeter('mine')
  .createObservableGauge('left')
  .addCallback((result) => result.observe(7, { shelf: 'a' }))
const logger = logs.getLogger('mine')

let tracer = early
let end = async () => undefined
if (way === 'by-hand') {
  const provider = new BasicTracerProvider({ spanProcessors: [new BatchSpanProcessor(spanExporter)] })
  tracer = provider.getTracer('by hand')
  end = () => provider.shutdown()
} else {
  const reader = new sdkMetrics.PeriodicExportingMetricReader({
    exporter: {
      export: ({ scopeMetrics }, done) => {
        for (const { metrics: all } of scopeMetrics)
          for (const { descriptor, dataPoints } of all) got.metrics.push([descriptor.name, dataPoints[0]?.value])
        done({ code: 0 })
      },
      forceFlush: async () => undefined,
      shutdown: async () => undefined,
    },
  })
  const sdk = new NodeSDK({
    serviceName: 'till',
    ...(way === 'same-backend' ? {} : { spanProcessors: [new SimpleSpanProcessor(spanExporter)] }),
    metricReaders: [reader],
    logRecordProcessors: [new sdkLogs.SimpleLogRecordProcessor({ exporter: logExporter })],
    instrumentations: [],
  })
  sdk.start()
  end = () => sdk.shutdown()
}

const server = createServer((_request, response) => {
  tracer.startActiveSpan('outer', { attributes: { shelf: 'a', sizes: [1, 2] } }, (outer) => {
    trace.getTracer('late').startActiveSpan('inner', (inner) => {
      inner.addEvent('packed', { weight: 2.5 })
      inner.recordException(new TypeError('broken box'))
      inner.setStatus({ code: 2, message: 'broken' })
      inner.end()
    })
    counter.add(3)
    logger.emit({ body: 'sold three', severityNumber: 9 })
    outer.end()
  })
  response.end('ok')
})
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
await (await fetch(`http://127.0.0.1:${server.address().port}/sell`)).text()
server.close()
server.closeAllConnections()
await end()
console.log(JSON.stringify(got))
