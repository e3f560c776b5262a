import { type Context, type TextMapGetter, type TextMapPropagator, type TextMapSetter, trace } from '@opentelemetry/api'
import { readHeader, readListHeader } from './carrier.ts'
import { spanToSend } from './remote-span.ts'
import { TraceStateList } from './trace-state.ts'

const TRACE_PARENT = 'traceparent'
const TRACE_STATE = 'tracestate'
const SAMPLED = 0x01
const RANDOM = 0x02
const VERSION_0_CHARS = 55
const FORM = /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}(?:-|$)/
const NO_TRACE_ID = '0'.repeat(32)
const NO_SPAN_ID = '0'.repeat(16)

/**
 * W3C Trace Context, level 2: `traceparent` and `tracestate`. A malformed `traceparent` starts a new trace, a malformed
 * `tracestate` is dropped alone; later versions are read as far as version 00 goes and answered in it.
 */
export class TraceContextPropagator implements TextMapPropagator {
  inject<C>(context: Context, carrier: C, setter: TextMapSetter<C>): void {
    const span = spanToSend(context)
    if (span === undefined) return
    const { traceState } = span
    const random = traceState instanceof TraceStateList && traceState.randomTraceId
    const flags = (span.traceFlags & (SAMPLED | RANDOM)) | (random ? RANDOM : 0)
    setter.set(carrier, TRACE_PARENT, `00-${span.traceId}-${span.spanId}-0${flags}`)
    const list = traceState?.serialize()
    if (list) setter.set(carrier, TRACE_STATE, list)
  }

  extract<C>(context: Context, carrier: C, getter: TextMapGetter<C>): Context {
    const header = readHeader(carrier, getter, TRACE_PARENT)
    if (header === undefined || !isTraceParent(header)) return context
    const traceFlags = Number.parseInt(header.slice(53, 55), 16) & (SAMPLED | RANDOM)
    const random = (traceFlags & RANDOM) !== 0
    const list = readListHeader(carrier, getter, TRACE_STATE)
    const traceState = list === undefined && !random ? undefined : TraceStateList.parse(list ?? '', random)
    const traceId = header.slice(3, 35)
    const spanId = header.slice(36, 52)
    return trace.setSpanContext(
      context,
      traceState === undefined
        ? { traceId, spanId, traceFlags, isRemote: true }
        : { traceId, spanId, traceFlags, isRemote: true, traceState },
    )
  }

  fields(): string[] {
    return [TRACE_PARENT, TRACE_STATE]
  }
}

/** Section 3.2 of the specification: false for everything that restarts the trace. */
function isTraceParent(header: string): boolean {
  if (!FORM.test(header) || header.startsWith('ff')) return false
  if (header.length > VERSION_0_CHARS && header.startsWith('00')) return false
  return !header.startsWith(NO_TRACE_ID, 3) && !header.startsWith(NO_SPAN_ID, 36)
}
