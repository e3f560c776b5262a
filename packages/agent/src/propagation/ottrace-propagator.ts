import {
  type Context,
  propagation,
  type TextMapGetter,
  type TextMapPropagator,
  type TextMapSetter,
} from '@opentelemetry/api'
import { isHeaderText, percentDecode, percentEncode, withBaggageEntries } from './baggage-text.ts'
import { readHeader, readPrefixedHeaders } from './carrier.ts'
import { spanIdFromHex, traceIdFromHex } from './ids.ts'
import { isSampled, spanToSend, withRemoteSpan } from './remote-span.ts'

const TRACE_ID = 'ot-tracer-traceid'
const SPAN_ID = 'ot-tracer-spanid'
const SAMPLED = 'ot-tracer-sampled'
const BAGGAGE_PREFIX = 'ot-baggage-'

/**
 * The format of OpenTracing's basic tracers: `ot-tracer-*`, `ot-baggage-*`. Its trace ids have 64 bits: the lower half of ours
 * goes out, as other OpenTelemetry SDKs do it.
 */
export class OtTracePropagator implements TextMapPropagator {
  inject<C>(context: Context, carrier: C, setter: TextMapSetter<C>): void {
    const span = spanToSend(context)
    if (span === undefined) return
    setter.set(carrier, TRACE_ID, span.traceId.slice(16))
    setter.set(carrier, SPAN_ID, span.spanId)
    setter.set(carrier, SAMPLED, String(isSampled(span)))
    for (const [key, { value }] of propagation.getBaggage(context)?.getAllEntries() ?? []) {
      if (key === '') continue
      setter.set(carrier, BAGGAGE_PREFIX + percentEncode(key), isHeaderText(value) ? value : percentEncode(value))
    }
  }

  extract<C>(context: Context, carrier: C, getter: TextMapGetter<C>): Context {
    const traceId = traceIdFromHex(readHeader(carrier, getter, TRACE_ID))
    const spanId = spanIdFromHex(readHeader(carrier, getter, SPAN_ID))
    if (traceId === undefined || spanId === undefined) return context
    const sampled = readHeader(carrier, getter, SAMPLED)?.toLowerCase()
    const decision = sampled === 'false' || sampled === '0' ? false : sampled === undefined ? undefined : true
    const entries = readPrefixedHeaders(carrier, getter, BAGGAGE_PREFIX)
    const decoded = entries.map(([key, value]) => [percentDecode(key), percentDecode(value)] as const)
    return withRemoteSpan(withBaggageEntries(context, decoded), traceId, spanId, decision)
  }

  fields(): string[] {
    return [TRACE_ID, SPAN_ID, SAMPLED]
  }
}
