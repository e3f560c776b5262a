import type { Tracer, TracerOptions, TracerProvider } from '@opentelemetry/api'
import { FastTracer, type Detail, type StartHook } from './fast-tracer.ts'
import type { Sampler } from './sampler.ts'
import type { SpanLimits } from './span-limits.ts'
import type { SpanSink } from './span-sink.ts'
import { tracerWrappers } from './tracer-wrappers.ts'
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

interface KnownTracer {
  readonly scope: string
  readonly tracer: FastTracer
  /** What those who ask get. */
  readonly given: Tracer
}

/** The agent's own tracer provider, to be registered with the OpenTelemetry API. */
export class FastTracerProvider implements TracerProvider {
  readonly #options: TracerProviderOptions
  readonly #clock = new WallClock()
  readonly #tracers = new Map<string, KnownTracer>()
  #switches: Readonly<Record<string, boolean>> = {}
  readonly #detail: Detail = { layers: true }

  constructor(options: TracerProviderOptions) {
    this.#options = options
  }

  getTracer(name: string, version = '', options?: TracerOptions): Tracer {
    const schemaUrl = options?.schemaUrl ?? ''
    const key = `${name}@${version}:${schemaUrl}`
    const known = this.#tracers.get(key)
    if (known !== undefined) return known.given
    const { sampler, limits, sinkOf, startHooks = [] } = this.#options
    const sink = sinkOf({ name, version, schemaUrl })
    const tracer = new FastTracer({ sink, sampler, limits, startHooks, clock: this.#clock, detail: this.#detail })
    tracer.enabled = this.#isOn(name)
    const given = tracerWrappers.get(name)?.(tracer) ?? tracer
    this.#tracers.set(key, { scope: name, tracer, given })
    return given
  }

  /**
   * Switches instrumentations off (`false`) by their short name (`express`) or the name of their scope, those that come
   * later included; what is not named is on. OpenTelemetry, SDK: tracer configurator.
   */
  setSwitches(switches: Readonly<Record<string, boolean>>): void {
    this.#switches = switches
    for (const { scope, tracer } of this.#tracers.values()) tracer.enabled = this.#isOn(scope)
  }

  /** The scopes there are, by short name, and whether they are on. */
  get scopes(): Readonly<Record<string, boolean>> {
    return Object.fromEntries(
      [...this.#tracers.values()].map(({ scope, tracer }) => [shortName(scope), tracer.enabled]),
    )
  }

  #isOn(scope: string): boolean {
    return this.#switches[scope] ?? this.#switches[shortName(scope)] ?? true
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

function shortName(scope: string): string {
  return scope.replace(/^(?:@opentelemetry\/instrumentation-|@clew\/agent\/)/, '')
}
