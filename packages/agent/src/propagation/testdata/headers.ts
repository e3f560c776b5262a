import {
  defaultTextMapGetter,
  defaultTextMapSetter,
  ROOT_CONTEXT,
  trace,
  TraceFlags,
  type Context,
  type SpanContext,
  type TextMapPropagator,
} from '@opentelemetry/api'

/** Ids in the form of the specification's examples. */
export const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736'
export const SPAN_ID = '00f067aa0ba902b7'

/** A context in which a span is active. */
export function contextOf(span: Partial<SpanContext> = {}, base: Context = ROOT_CONTEXT): Context {
  return trace.setSpanContext(base, { traceId: TRACE_ID, spanId: SPAN_ID, traceFlags: TraceFlags.SAMPLED, ...span })
}

/** The headers a propagator writes. */
export function written(propagator: TextMapPropagator, context: Context): Record<string, string> {
  const carrier: Record<string, string> = {}
  propagator.inject(context, carrier, defaultTextMapSetter)
  return carrier
}

/** The context a propagator reads from headers, names as given. */
export function readFrom(
  propagator: TextMapPropagator,
  headers: Readonly<Record<string, unknown>>,
  base: Context = ROOT_CONTEXT,
): Context {
  return propagator.extract(base, headers, defaultTextMapGetter)
}

/** The same in short: `trace id/span id/flags` of the remote parent, or undefined. */
export function parentFrom(
  propagator: TextMapPropagator,
  headers: Readonly<Record<string, unknown>>,
): string | undefined {
  const span = trace.getSpanContext(readFrom(propagator, headers))
  if (span === undefined) return undefined
  if (span.isRemote !== true) throw new Error('the parent is not marked as remote')
  return `${span.traceId}/${span.spanId}/${span.traceFlags}`
}
