import type { SpanLimits } from './span-limits.ts'
import type { SpanSink } from './span-sink.ts'
import type { WallClock } from './wall-clock.ts'

/** What all spans of a tracer share. */
export interface SpanHome {
  readonly sink: SpanSink
  readonly limits: SpanLimits
  readonly clock: WallClock
}
