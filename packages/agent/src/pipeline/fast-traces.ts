import type { OtlpTransport, TransportOptions } from '../otlp-transport.ts'
import { KeepShares } from '../overhead/keep-shares.ts'
import type { Sheddable } from '../overhead/overhead-budget.ts'
import { numberFrom } from '../settings.ts'
import { FastTracerProvider } from '../tracer/fast-tracer-provider.ts'
import type { StartHook } from '../tracer/fast-tracer.ts'
import { samplerFrom } from '../tracer/sampler-from.ts'
import type { Sampler } from '../tracer/sampler.ts'
import { spanLimitsFrom, type SpanLimits } from '../tracer/span-limits.ts'
import type { Reducible } from './sampling-pressure.ts'
import { TracePipeline } from './trace-pipeline.ts'

/** The agent's own tracer and the way its spans take. */
export interface FastTraces {
  readonly provider: FastTracerProvider
  readonly pipeline: TracePipeline
  readonly transport: OtlpTransport
  readonly sampler: Sampler
  /** Called with every recorded span when it starts; to be filled before the first one. */
  readonly startHooks: StartHook[]
  /** What may be left out to save time. */
  readonly sheddable: Sheddable
}

const MAX_BYTES = 16 * 1024 * 1024
const REQUEST_BYTES = 512 * 1024
const REQUEST_SPANS = 4096
const REQUESTS_IN_FLIGHT = 4

type Env = Readonly<Record<string, string | undefined>>

/**
 * Sets up tracer and pipeline by OTEL_TRACES_SAMPLER, OTEL_SPAN_*_LIMIT and OTEL_BSP_*. CLEW_SPAN_BUFFER_BYTES bounds
 * what waits; `maxQueuedSpans` does it in spans too.
 */
export function createFastTraces(
  env: Env,
  maxQueuedSpans: number,
  createTransport: (more: Partial<TransportOptions>) => OtlpTransport,
): FastTraces {
  const maxBytes = Math.max(64 * 1024, numberFrom(env, 'CLEW_SPAN_BUFFER_BYTES', MAX_BYTES))
  const requestSpans = numberFrom(env, 'OTEL_BSP_MAX_EXPORT_BATCH_SIZE', REQUEST_SPANS) || REQUEST_SPANS
  const sampler = samplerFrom(env)
  const shares = new KeepShares(sampler)
  const limits = spanLimitsFrom(env)
  const transport = createTransport({ maxInFlight: REQUESTS_IN_FLIGHT, maxQueuedBytes: 2 * maxBytes })
  const pipeline = new TracePipeline({
    transport,
    sampler: shares.share(),
    maxBytes,
    maxSpans: maxQueuedSpans,
    requestBytes: Math.min(REQUEST_BYTES, maxBytes / 8),
    requestSpans: Math.max(1, Math.min(requestSpans, maxQueuedSpans)),
    delayMs: numberFrom(env, 'OTEL_BSP_SCHEDULE_DELAY', 1000),
  })
  const startHooks: StartHook[] = []
  const provider = new FastTracerProvider({
    sampler,
    limits,
    sinkOf: (scope) => pipeline.sinkOf(scope),
    startHooks,
    flush: () => pipeline.drain(),
  })
  const sheddable = sheddableOf(provider, limits, shares.share())
  return { provider, pipeline, transport, sampler, startHooks, sheddable }
}

/** What a span says at least: what the semantic conventions require comes first. */
const LEAST_ATTRIBUTES = 8

function sheddableOf(provider: FastTracerProvider, limits: SpanLimits, sampling: Reducible): Sheddable {
  const allAttributes = limits.attributeCount
  return {
    get layers() {
      return provider.recordsLayers
    },
    set layers(value: boolean) {
      provider.recordsLayers = value
    },
    get attributes() {
      return limits.attributeCount === allAttributes
    },
    set attributes(value: boolean) {
      limits.attributeCount = value ? allAttributes : Math.min(allAttributes, LEAST_ATTRIBUTES)
    },
    sampling,
  }
}
