import type { SpanContext, TraceState } from '@opentelemetry/api'
import { nonZeroWord, randomWord, spanIdHex, traceIdHex } from './ids.ts'
import { SilentSpan } from './silent-span.ts'

/**
 * A span nobody keeps. It carries the decision on: children and outgoing requests see an unsampled context. One is
 * shared by all the spans below it, and the hex forms of its ids are made only when somebody looks.
 */
export class DroppedSpan extends SilentSpan {
  readonly traceFlags: number
  readonly traceState: TraceState | undefined
  /** The words of a trace id that the decision was made by; all zero when no decision needed one. */
  trace0 = 0
  trace1 = 0
  trace2 = 0
  trace3 = 0
  readonly #traceId: string | undefined
  #context: SpanContext | undefined = undefined

  /**
   * Below a parent it belongs to the parent's trace. It has a span id of its own, as Trace Context wants it: every service
   * that takes part names itself as the parent.
   */
  constructor(traceFlags: number, traceState?: TraceState, parent?: SpanContext) {
    super()
    this.traceFlags = traceFlags
    this.traceState = traceState
    this.#traceId = parent?.traceId
  }

  spanContext(): SpanContext {
    return (this.#context ??= {
      traceId: this.#traceId ?? this.#makeTraceId(),
      spanId: spanIdHex(nonZeroWord(), randomWord()),
      traceFlags: this.traceFlags,
      ...(this.traceState === undefined ? {} : { traceState: this.traceState }),
    })
  }

  #makeTraceId(): string {
    const decided = (this.trace0 | this.trace1 | this.trace2 | this.trace3) !== 0
    return decided
      ? traceIdHex(this.trace0, this.trace1, this.trace2, this.trace3)
      : traceIdHex(nonZeroWord(), randomWord(), randomWord(), randomWord())
  }
}
