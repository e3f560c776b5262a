import type { Signal } from '@clew/otlp/signal'
import type { Factory } from '../core/factory.ts'

/** A component as configured: checked, with defaults filled in. */
export interface ComponentEntry {
  /** As written: `otlp/2`. */
  readonly id: string
  readonly factory: Factory
  /** What the schema of the factory gave. */
  readonly config: unknown
}

export interface PipelineConfig {
  /** As written: `traces`, `traces/2`. */
  readonly id: string
  readonly signal: Signal
  readonly receivers: readonly string[]
  readonly processors: readonly string[]
  readonly exporters: readonly string[]
}

export interface ServiceTelemetryConfig {
  readonly logs: { readonly level: 'debug' | 'info' | 'warn' | 'error' }
  /** Where `/metrics` is served on a port of its own; undefined leaves it to the program around. */
  readonly metricsEndpoint: string | undefined
  readonly metricsOff: boolean
  readonly resource: Readonly<Record<string, string>>
}

/** A whole configuration that may be built. */
export interface CollectorConfig {
  readonly receivers: ReadonlyMap<string, ComponentEntry>
  readonly processors: ReadonlyMap<string, ComponentEntry>
  readonly exporters: ReadonlyMap<string, ComponentEntry>
  readonly connectors: ReadonlyMap<string, ComponentEntry>
  readonly extensions: ReadonlyMap<string, ComponentEntry>
  readonly service: {
    readonly extensions: readonly string[]
    readonly pipelines: ReadonlyMap<string, PipelineConfig>
    readonly telemetry: ServiceTelemetryConfig
  }
}
