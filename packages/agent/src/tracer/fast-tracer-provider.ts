import type { Tracer, TracerOptions, TracerProvider } from '@opentelemetry/api'
import { FastTracer, type Detail, type StartHook } from './fast-tracer.ts'
import type { Sampler } from './sampler.ts'
import type { SpanLimits } from './span-limits.ts'
import type { SpanSink } from './span-sink.ts'
import { WallClock } from './wall-clock.ts'

/** Who makes spans, as OTLP names it. */
export interface InstrumentationScope {
  readonly name: string
  readonly version: string
  readonly schemaUrl: string
}

/** What a provider works with. */
export interface TracerProviderOptions {
  readonly sampler: Sampler
  readonly limits: SpanLimits
  /** A sink for the spans of one scope. */
  readonly sinkOf: (scope: InstrumentationScope) => SpanSink
  readonly startHooks?: readonly StartHook[]
  /** Resolves when all ended spans have arrived. */
  readonly flush: () => Promise<void>
}

/** The agent's own tracer provider, to be registered with the OpenTelemetry API. */
export class FastTracerProvider implements TracerProvider {
  readonly #options: TracerProviderOptions
  readonly #clock = new WallClock()
  readonly #tracers = new Map<string, FastTracer>()
  readonly #detail: Detail = { layers: true }

  constructor(options: TracerProviderOptions) {
    this.#options = options
  }

  getTracer(name: string, version = '', options?: TracerOptions): Tracer {
    const schemaUrl = options?.schemaUrl ?? ''
    const key = `${name}@${version}:${schemaUrl}`
    let tracer = this.#tracers.get(key)
    if (tracer === undefined) {
      const { sampler, limits, sinkOf, startHooks = [] } = this.#options
      const sink = sinkOf({ name, version, schemaUrl })
      tracer = new FastTracer({ sink, sampler, limits, startHooks, clock: this.#clock, detail: this.#detail })
      this.#tracers.set(key, tracer)
    }
    return tracer
  }

  /** Whether spans of the kind INTERNAL are recorded below other spans of this process. */
  get recordsLayers(): boolean {
    return this.#detail.layers
  }

  set recordsLayers(value: boolean) {
    this.#detail.layers = value
  }

  /** As the SDK's provider has it; programs that end by hand call it. */
  forceFlush(): Promise<void> {
    return this.#options.flush()
  }

  /** Flushes. The agent lives as long as the process: what comes later is still sent. */
  shutdown(): Promise<void> {
    return this.#options.flush()
  }
}
