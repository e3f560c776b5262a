import type { Span } from '@opentelemetry/api'
import { DroppedSpan } from './dropped-span.ts'
import { OmittedSpan } from './omitted-span.ts'
import { RecordingSpan } from './recording-span.ts'
import { SwitchedOffSpan } from './switched-off-span.ts'

/**
 * The span of this process that the given one is part of the work of: the request or message that is being worked on. It is
 * itself for the first one; one that is not kept stands for all of its trace here. Undefined for spans that are not of
 * the agent's own tracer.
 */
export function localRootOf(span: Span): Span | undefined {
  if (span instanceof RecordingSpan) return span.root ?? span
  if (span instanceof DroppedSpan) return span
  if (span instanceof OmittedSpan) return localRootOf(span.parent)
  return span instanceof SwitchedOffSpan && span.around !== undefined ? localRootOf(span.around) : undefined
}
