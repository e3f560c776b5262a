import { INVALID_SPAN_CONTEXT, type Span, type SpanContext } from '@opentelemetry/api'
import { SilentSpan } from './silent-span.ts'

/**
 * What an instrumentation that is switched off gets for a span: nothing is recorded, and what happens below it belongs to
 * the span around it.
 */
export class SwitchedOffSpan extends SilentSpan {
  /** The span around it, if there is one. */
  readonly around: Span | undefined

  constructor(around: Span | undefined) {
    super()
    this.around = around
  }

  spanContext(): SpanContext {
    return this.around?.spanContext() ?? INVALID_SPAN_CONTEXT
  }
}
