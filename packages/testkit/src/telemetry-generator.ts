import type { Batch } from '@clew/otlp/batch'
import { encodeBatch } from '@clew/otlp/encode'
import { MetricsGenerator } from '@clew/otlp/generate/metrics-generator'
import { Random } from '@clew/otlp/generate/random'
import { logsRequest, tracesRequest } from '@clew/otlp/generate/requests'
import { type GeneratedSpan, generateTrace } from '@clew/otlp/generate/trace-generator'

export interface TelemetryOptions {
  readonly seed: number
  readonly traces: number
  /** When the last trace ends. */
  readonly endNanos: bigint
  /** Time between the ends of two traces; 50 ms unless told. */
  readonly gapNanos?: bigint
  /** Traces in one batch; all in one unless told. */
  readonly tracesPerBatch?: number
}

/** A piece of the made-up shop's life: the same for the same options. */
export interface Telemetry {
  /** Traces in the order they ended, as objects: what tests compare with. */
  readonly traces: readonly (readonly GeneratedSpan[])[]
  readonly traceBatches: readonly Batch[]
  /** Logs of the same spans. */
  readonly logBatches: readonly Batch[]
  /** One collection of all metric types at `endNanos`. */
  readonly metricBatch: Batch
}

/** Makes traces, their logs and metrics of a realistic system, deterministic by seed. */
export function generateTelemetry(options: TelemetryOptions): Telemetry {
  const random = new Random(options.seed)
  const gap = options.gapNanos ?? 50_000_000n
  const traces = Array.from({ length: options.traces }, (_, i) =>
    generateTrace(random, options.endNanos - BigInt(options.traces - 1 - i) * gap),
  )
  const perBatch = options.tracesPerBatch ?? Math.max(1, traces.length)
  const traceBatches: Batch[] = []
  const logBatches: Batch[] = []
  for (let at = 0; at < traces.length; at += perBatch) {
    const spans = traces.slice(at, at + perBatch).flat()
    traceBatches.push(encodeBatch('traces', tracesRequest(spans)))
    logBatches.push(encodeBatch('logs', logsRequest(spans)))
  }
  const metrics = new MetricsGenerator(options.seed, options.endNanos - 60_000_000_000n)
  metrics.next(options.endNanos - 30_000_000_000n)
  return { traces, traceBatches, logBatches, metricBatch: encodeBatch('metrics', metrics.next(options.endNanos)) }
}
