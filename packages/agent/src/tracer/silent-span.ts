import type { Attributes, AttributeValue, Span, SpanContext, SpanStatus, TimeInput } from '@opentelemetry/api'

/** A span of which nothing is recorded: whatever is said about it is lost. What it says of itself is up to each kind. */
export abstract class SilentSpan implements Span {
  abstract spanContext(): SpanContext

  isRecording(): boolean {
    return false
  }

  setAttribute(_key: string, _value: AttributeValue): this {
    return this
  }

  setAttributes(_attributes: Attributes): this {
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

  setStatus(_status: SpanStatus): this {
    return this
  }

  updateName(_name: string): this {
    return this
  }

  recordException(): void {}

  end(_endTime?: TimeInput): void {}
}
