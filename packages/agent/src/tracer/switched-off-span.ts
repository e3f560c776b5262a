import { INVALID_SPAN_CONTEXT, type Span, type SpanContext } from '@opentelemetry/api'

/**
 * What an instrumentation that is switched off gets for a span: nothing is recorded, and what happens below it belongs to
 * the span around it.
 */
export class SwitchedOffSpan implements Span {
  /** The span around it, if there is one. */
  readonly around: Span | undefined

  constructor(around: Span | undefined) {
    this.around = around
  }

  spanContext(): SpanContext {
    return this.around?.spanContext() ?? INVALID_SPAN_CONTEXT
  }

  isRecording(): boolean {
    return false
  }

  setAttribute(): this {
    return this
  }

  setAttributes(): this {
    return this
  }

  addEvent(): this {
    return this
  }

  addLink(): this {
    return this
  }

  addLinks(): this {
    return this
  }

  setStatus(): this {
    return this
  }

  updateName(): this {
    return this
  }

  recordException(): void {}

  end(): void {}
}
