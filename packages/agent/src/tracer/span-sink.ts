import type { RecordingSpan } from './recording-span.ts'

/** Where a tracer's ended spans go. `take` reads the span at once and does not keep it; it must not throw. */
export interface SpanSink {
  take(span: RecordingSpan): void
}
