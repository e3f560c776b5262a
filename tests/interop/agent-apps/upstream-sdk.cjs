// OpenTelemetry's own SDK and instrumentations as their documentation sets them up, for comparison with the agent: told to
// use the stable conventions, and to make no spans for layers and for connections of the pool.
process.env.OTEL_SEMCONV_STABILITY_OPT_IN = 'http,database'
const { NodeSDK } = require('@opentelemetry/sdk-node')
const { OTLPTraceExporter } = require('@opentelemetry/exporter-trace-otlp-proto')
const { ExpressInstrumentation } = require('@opentelemetry/instrumentation-express')
const { HttpInstrumentation } = require('@opentelemetry/instrumentation-http')
const { PgInstrumentation } = require('@opentelemetry/instrumentation-pg')
const { RedisInstrumentation } = require('@opentelemetry/instrumentation-redis')
const { UndiciInstrumentation } = require('@opentelemetry/instrumentation-undici')

const sdk = new NodeSDK({
  traceExporter: new OTLPTraceExporter(),
  instrumentations: [
    new HttpInstrumentation(),
    new UndiciInstrumentation(),
    new ExpressInstrumentation({ ignoreLayersType: ['middleware', 'router', 'request_handler'] }),
    new PgInstrumentation({ requireParentSpan: true, ignoreConnectSpans: true }),
    new RedisInstrumentation({ requireParentSpan: true }),
  ],
})
sdk.start()
process.once('beforeExit', () => void sdk.shutdown())
