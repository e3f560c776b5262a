import { TraceFlags, type HrTime, type Span } from '@opentelemetry/api'
import { DroppedSpan } from '../tracer/dropped-span.ts'
import { RecordingSpan } from '../tracer/recording-span.ts'

/** Which measurements may become exemplars, by the names of OTEL_METRICS_EXEMPLAR_FILTER. */
export type ExemplarFilter = 'trace_based' | 'always_on' | 'always_off'

/** One measurement with the span it was made in. */
export interface Exemplar {
  readonly value: number
  readonly time: HrTime
  /** Hex; missing for a measurement outside of a trace. */
  readonly traceId?: string
  readonly spanId?: string
}

/** What OTEL_METRICS_EXEMPLAR_FILTER says; `trace_based` for anything it does not know. */
export function exemplarFilter(env: Readonly<Record<string, string | undefined>>): ExemplarFilter {
  const named = env['OTEL_METRICS_EXEMPLAR_FILTER']?.trim().toLowerCase()
  return named === 'always_on' || named === 'always_off' ? named : 'trace_based'
}

/** How many exemplars one metric may keep between two reports. */
export const MAX_EXEMPLARS = 1000

/** What the series of one metric share: how many exemplars they may still keep. */
export interface ExemplarBudget {
  left: number
}

/**
 * One exemplar for each bucket of a histogram since the last report, each measurement of the bucket as likely as any other.
 * OpenTelemetry, metrics SDK: AlignedHistogramBucketExemplarReservoir.
 */
export class ExemplarReservoir {
  readonly #filter: ExemplarFilter
  readonly #budget: ExemplarBudget
  readonly #seen: number[]
  readonly #kept: (Exemplar | undefined)[]
  #any = false

  constructor(filter: ExemplarFilter, buckets: number, budget: ExemplarBudget) {
    this.#filter = filter
    this.#budget = budget
    this.#seen = Array.from({ length: buckets }, () => 0)
    this.#kept = Array.from({ length: buckets }, () => undefined)
  }

  offer(bucket: number, value: number, span: Span | undefined): void {
    if (this.#filter !== 'always_on' && (span === undefined || !isSampled(span))) return
    const seen = ++this.#seen[bucket]!
    if (seen > 1 && Math.random() * seen >= 1) return
    if (this.#kept[bucket] === undefined) {
      if (this.#budget.left === 0) return
      this.#budget.left--
    }
    this.#any = true
    this.#kept[bucket] = exemplarOf(value, span)
  }

  /** The exemplars, in the order of the buckets; it then begins again. */
  take(): Exemplar[] {
    if (!this.#any) return []
    const taken = this.#kept.filter((exemplar) => exemplar !== undefined)
    this.#kept.fill(undefined)
    this.#seen.fill(0)
    this.#any = false
    return taken
  }
}

/** Without making ids that nobody has asked for yet. */
function isSampled(span: Span): boolean {
  const known = span instanceof RecordingSpan || span instanceof DroppedSpan
  const flags = known ? span.traceFlags : span.spanContext().traceFlags
  return (flags & TraceFlags.SAMPLED) !== 0
}

function exemplarOf(value: number, span: Span | undefined): Exemplar {
  const nowMs = Date.now()
  const time: HrTime = [Math.floor(nowMs / 1000), (nowMs % 1000) * 1e6]
  if (span === undefined) return { value, time }
  const { traceId, spanId } = span.spanContext()
  return { value, time, traceId, spanId }
}
