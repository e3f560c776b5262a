// An SDK that the program sets up itself, in the way the argument names; what its exporter gets is written to stdout.
import { createRequire } from 'node:module'
import { inRequest } from './in-request.mjs'

const [way, form] = process.argv.slice(2)
const require = createRequire(import.meta.url)
const load = (name) => (form === 'require' ? require(name) : import(name))
const { trace } = await load('@opentelemetry/api')
const got = []
const exporter = {
  export: (spans, done) => {
    for (const span of spans) got.push([span.name, span.spanContext().traceId])
    done({ code: 0 })
  },
  forceFlush: async () => undefined,
  shutdown: async () => undefined,
}
// Modules get their tracers before anything is set up.
const tracer = trace.getTracer('early')
let end
if (way === 'node-sdk') {
  const { NodeSDK } = await load('@opentelemetry/sdk-node')
  const sdk = new NodeSDK({ traceExporter: exporter, serviceName: 'till', metricReaders: [], logRecordProcessors: [] })
  sdk.start()
  end = () => sdk.shutdown()
} else {
  const { NodeTracerProvider } = await load('@opentelemetry/sdk-trace-node')
  const { BatchSpanProcessor } = await load('@opentelemetry/sdk-trace-base')
  const provider = new NodeTracerProvider(way === 'given' ? { spanProcessors: [new BatchSpanProcessor(exporter)] } : {})
  if (way === 'added') provider.addSpanProcessor(new BatchSpanProcessor(exporter))
  provider.register()
  end = () => provider.shutdown()
}
await inRequest(async () => {
  await tracer.startActiveSpan('outer', async (outer) => {
    await new Promise((resolve) => setTimeout(resolve, 5))
    tracer.startActiveSpan('inner', (inner) => inner.end())
    outer.end()
  })
})
await end()
console.log(JSON.stringify(got))
