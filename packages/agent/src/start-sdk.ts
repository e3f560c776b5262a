import { context, metrics, propagation, trace } from '@opentelemetry/api'
import { logs } from '@opentelemetry/api-logs'
import {
  defaultResource,
  detectResources,
  envDetector,
  hostDetector,
  osDetector,
  processDetector,
  resourceFromAttributes,
  serviceInstanceIdDetector,
  type Resource,
  type ResourceDetector,
} from '@opentelemetry/resources'
import { LoggerProvider } from '@opentelemetry/sdk-logs'
import { MeterProvider } from '@opentelemetry/sdk-metrics'
import type { NodeSDK } from '@opentelemetry/sdk-node'
import { TracerProvider, type ReadableSpan } from '@opentelemetry/sdk-trace'
import { createRequire } from 'node:module'
import { AgentContextManager } from './context/agent-context.ts'
import { readsW3cOnly } from './instrumentations/http/incoming-context.ts'
import type { FastTraces } from './pipeline/fast-traces.ts'
import { lambdaDetector } from './instrumentations/lambda/lambda-detector.ts'
import { watchOverhead } from './overhead/watch-overhead.ts'
import { reportPipelineMetrics } from './pipeline/pipeline-metrics.ts'
import type { SdkParts } from './pipelines.ts'
import { setProgramSpanOutlet } from './own-sdk/own-processor.ts'
import { intoPipeline } from './own-sdk/program-spans.ts'
import { baggageCopier } from './propagation/baggage-attributes.ts'
import { carryBaggage, processorsOfSdk } from './propagation/carry-baggage.ts'
import { createPropagator } from './propagation/create-propagator.ts'
import { reportOnce } from './report-once.ts'
import { needsWholeSdk } from './settings.ts'

/** What the SDK is built from. */
export interface SdkOptions {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly serviceName: string | undefined
  readonly parts: SdkParts
  /** Our own tracer; `parts` then has no span processors in it. */
  readonly fastTraces: FastTraces | undefined
  /** Where the traces go, when they go there over our own transport. */
  readonly tracesUrl: string | undefined
}

const W3C_FIELDS = new Set(['traceparent', 'tracestate', 'baggage'])

/** Detectors that answer at once: the cloud ones ask the network and hold up the first export. */
const DETECTORS: ResourceDetector[] = [
  envDetector,
  processDetector,
  hostDetector,
  osDetector,
  serviceInstanceIdDetector,
  lambdaDetector,
]

/** What there is once it has started. */
export interface StartedSdk {
  /** Flushes and ends the parts that are not ours, if any. */
  readonly end: (() => Promise<void>) | undefined
  /** Who all the telemetry is from; undefined where only the SDK knows. */
  readonly resource: Resource | undefined
}

/**
 * Registers the SDK behind the OpenTelemetry API. Usually from its few packages directly; `sdk-node`, which brings every
 * exporter there is and doubles the start-up time, only when a variable asks for something it knows.
 */
export function startSdk(options: SdkOptions): StartedSdk {
  const { env, parts, fastTraces } = options
  const ownsAll = parts.spanProcessors && parts.logRecordProcessors && parts.metricReaders
  const whole = !ownsAll || needsWholeSdk(env, fastTraces !== undefined)
  const resource = whole && fastTraces === undefined ? undefined : detectedResource(options.serviceName)
  const copyBaggage = baggageCopier(env)
  if (copyBaggage !== undefined) carryBaggage(copyBaggage, { ...parts, startHooks: fastTraces?.startHooks })
  if (fastTraces !== undefined && resource !== undefined) {
    fastTraces.pipeline.resource = resource
    trace.setGlobalTracerProvider(fastTraces.provider)
  }
  const propagator = createPropagator({ env, serviceName: options.serviceName, report: reportOnce })
  propagation.setGlobalPropagator(propagator)
  if (propagator.fields().every((name) => W3C_FIELDS.has(name))) readsW3cOnly(propagator)
  const sdk = whole ? startWholeSdk(options, resource) : undefined
  if (sdk !== undefined && copyBaggage !== undefined) {
    const { spanProcessors, logRecordProcessors } = processorsOfSdk(sdk)
    carryBaggage(copyBaggage, {
      ...(parts.spanProcessors ? {} : { spanProcessors }),
      ...(parts.logRecordProcessors ? {} : { logRecordProcessors }),
    })
  }
  if (sdk === undefined && resource !== undefined) startBareSdk(options, resource)
  if (fastTraces !== undefined) {
    reportPipelineMetrics(fastTraces)
    watchOverhead(env, fastTraces)
  }
  receiveProgramSpans(options, sdk)
  return { end: ownsAll || sdk === undefined ? undefined : () => sdk.shutdown(), resource }
}

/** Spans that the program's own SDK makes go the way of the agent's. */
function receiveProgramSpans({ parts, fastTraces, tracesUrl }: SdkOptions, sdk: NodeSDK | undefined): void {
  const own = parts.spanProcessors ?? processorsOfSdk(sdk).spanProcessors ?? []
  if (fastTraces !== undefined) setProgramSpanOutlet({ take: intoPipeline(fastTraces), own, url: tracesUrl })
  else if (own.length > 0) {
    const take = (span: unknown): void => {
      for (const processor of own) processor.onEnd(span as ReadableSpan)
    }
    setProgramSpanOutlet({ take, own: [...own], url: tracesUrl })
  }
}

function startBareSdk({ parts }: SdkOptions, resource: Resource): void {
  context.setGlobalContextManager(new AgentContextManager())
  const { metricReaders = [], spanProcessors = [], logRecordProcessors = [] } = parts
  if (metricReaders.length > 0) {
    metrics.setGlobalMeterProvider(new MeterProvider({ resource, readers: metricReaders }))
  }
  if (spanProcessors.length > 0) trace.setGlobalTracerProvider(new TracerProvider({ resource, spanProcessors }))
  if (logRecordProcessors.length > 0) {
    logs.setGlobalLoggerProvider(new LoggerProvider({ resource, processors: logRecordProcessors }))
  }
}

/** The process, by the detectors and the environment. */
export function detectedResource(serviceName: string | undefined): Resource {
  const detected = defaultResource().merge(detectResources({ detectors: DETECTORS }))
  return serviceName === undefined ? detected : detected.merge(resourceFromAttributes({ 'service.name': serviceName }))
}

function startWholeSdk({ env, serviceName, parts }: SdkOptions, resource: Resource | undefined): NodeSDK {
  const require = createRequire(import.meta.url)
  const module = require('@opentelemetry/sdk-node') as { NodeSDK: typeof NodeSDK }
  const sdk = new module.NodeSDK({
    ...parts,
    instrumentations: [],
    // Ours is registered already.
    textMapPropagator: null,
    contextManager: new AgentContextManager(),
    // All signals of a process have one resource, instance id included.
    ...(resource === undefined ? {} : { resource, autoDetectResources: false }),
    // With the variable set, the SDK chooses the detectors by it.
    ...(env['OTEL_NODE_RESOURCE_DETECTORS'] ? {} : { resourceDetectors: DETECTORS }),
    ...(serviceName === undefined ? {} : { serviceName }),
  })
  sdk.start()
  return sdk
}
