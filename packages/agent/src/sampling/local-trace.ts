import { SpanStatusCode, TraceFlags, type TraceState } from '@opentelemetry/api'
import { withThreshold, type Threshold } from '../tracer/consistent-threshold.ts'
import type { Choice } from '../tracer/sampler.ts'
import type { RecordingSpan } from '../tracer/recording-span.ts'

/** What was decided when the trace began here. */
export interface HeadDecision {
  readonly kept: boolean
  /** The share of this agent itself; 0 where it leaves the decision to the parent. */
  readonly choice: Choice
  /** Whether a parent in another process, or outside this tracer, was sampled; undefined for roots. */
  readonly parentKept: boolean | undefined
  /** As the parent had it. */
  readonly parentState: TraceState | undefined
}

/** What became of a trace: `undefined` drops it, else how its spans' tracestate is changed. */
export type FinalDecision =
  | { readonly change: 'none' }
  | { readonly change: 'threshold'; readonly threshold: Threshold }

/** Who decides about local traces and minds the memory. */
export interface LocalTraceKeeper {
  /** More memory is in use. */
  grown(bytes: number): void
  rootEnded(trace: LocalTrace): void
  /** Spans that were given up by a decision. */
  discarded(spans: number): void
}

/** About what a span costs in memory without its texts. */
const SPAN_BYTES = 400

/**
 * The spans of one trace in this process, from the local root on, kept in memory until it is clear whether they are
 * wanted. Those that end after the decision follow it.
 */
export class LocalTrace {
  readonly root: RecordingSpan
  readonly head: HeadDecision
  readonly openedMs: number
  /** The root's name when it started. */
  readonly startName: string
  bytes = 0
  failed = false
  readonly #keeper: LocalTraceKeeper
  #ended: RecordingSpan[] = []
  #decided = false
  #decision: FinalDecision | undefined

  constructor(keeper: LocalTraceKeeper, root: RecordingSpan, head: HeadDecision, openedMs: number) {
    this.#keeper = keeper
    this.root = root
    this.startName = root.name
    this.head = head
    this.openedMs = openedMs
  }

  get decided(): boolean {
    return this.#decided
  }

  /** Takes a span that has ended. */
  ended(span: RecordingSpan): void {
    if (this.#decided) {
      this.#settle(span)
      return
    }
    if (span.statusCode === SpanStatusCode.ERROR) this.failed = true
    this.#ended.push(span)
    if (span === this.root) {
      this.#keeper.rootEnded(this)
      return
    }
    const bytes = sizeOf(span)
    this.bytes += bytes
    this.#keeper.grown(bytes)
  }

  /** Sends the spans on, or lets them go. */
  decide(decision: FinalDecision | undefined): void {
    if (this.#decided) return
    this.#decided = true
    this.#decision = decision
    const ended = this.#ended
    this.#ended = []
    if (decision === undefined) {
      if (ended.length > 0) this.#keeper.discarded(ended.length)
    } else for (const span of ended) this.#settle(span)
  }

  #settle(span: RecordingSpan): void {
    const decision = this.#decision
    if (decision === undefined) return this.#keeper.discarded(1)
    if (decision.change === 'threshold') {
      span.traceState = withThreshold(span.traceState, decision.threshold)
      span.traceFlags |= TraceFlags.SAMPLED
    }
    span.home.sink.take(span)
  }
}

/** An estimate of the memory a span holds: its texts at two bytes a character, and what is around them. */
function sizeOf(span: RecordingSpan): number {
  let bytes = SPAN_BYTES + flatSize(span.flat) + (span.block === undefined ? 0 : flatSize(span.block.flat))
  for (const event of span.events ?? []) bytes += SPAN_BYTES / 4 + flatSize(event.flat)
  for (const link of span.links ?? []) bytes += SPAN_BYTES / 4 + flatSize(link.flat)
  return bytes
}

function flatSize(flat: readonly unknown[]): number {
  let bytes = 0
  for (const value of flat) {
    if (typeof value === 'string') bytes += 24 + 2 * value.length
    else if (Array.isArray(value)) bytes += 32 + flatSize(value as unknown[])
    else bytes += 16
  }
  return bytes
}
