import { type Context, type SpanContext, trace, TraceFlags, type TraceState } from '@opentelemetry/api'
import { isTracingSuppressed } from '@opentelemetry/core'
import { isSpanId, isTraceId } from './ids.ts'

/**
 * The context with the caller's span as the parent of what comes. A caller that left the decision open
 * (`sampled` undefined) is taken for sampled: dropping what it may keep would tear holes into its trace.
 */
export function withRemoteSpan(
  context: Context,
  traceId: string,
  spanId: string,
  sampled: boolean | undefined,
  traceState?: TraceState,
): Context {
  return trace.setSpanContext(context, {
    traceId,
    spanId,
    traceFlags: sampled === false ? TraceFlags.NONE : TraceFlags.SAMPLED,
    isRemote: true,
    ...(traceState === undefined ? {} : { traceState }),
  })
}

/** The span that outgoing headers should name; undefined when there is none or tracing is suppressed. */
export function spanToSend(context: Context): SpanContext | undefined {
  const span = trace.getSpanContext(context)
  if (span === undefined || isTracingSuppressed(context)) return undefined
  return isTraceId(span.traceId) && isSpanId(span.spanId) ? span : undefined
}

/** Whether the span is kept, as far as its process knows. */
export function isSampled(span: SpanContext): boolean {
  return (span.traceFlags & TraceFlags.SAMPLED) !== 0
}
