import type { SpanContext } from '@opentelemetry/api'
import type { RecordingSpan } from './recording-span.ts'
import { SilentSpan } from './silent-span.ts'

/**
 * A span that is left out to save time while its trace is kept: what is below it belongs to the span above it. What is
 * said about it is lost.
 */
export class OmittedSpan extends SilentSpan {
  readonly parent: RecordingSpan

  constructor(parent: RecordingSpan) {
    super()
    this.parent = parent
  }

  spanContext(): SpanContext {
    return this.parent.spanContext()
  }
}
