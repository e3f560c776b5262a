import {
  type Context,
  propagation,
  type TextMapGetter,
  type TextMapPropagator,
  type TextMapSetter,
} from '@opentelemetry/api'
import { percentDecode, percentEncode, withBaggageEntries } from './baggage-text.ts'
import { readHeader, readListHeader, readPrefixedHeaders, trimBlanks } from './carrier.ts'
import { spanIdFromHex, traceIdFromHex } from './ids.ts'
import { debugTraces } from './remembered.ts'
import { isSampled, spanToSend, withRemoteSpan } from './remote-span.ts'

const TRACE = 'uber-trace-id'
const BAGGAGE_PREFIX = 'uberctx-'
const BAGGAGE_LIST = 'jaeger-baggage'
const SAMPLED = 1
const DEBUG = 2

/**
 * Jaeger's own format: `uber-trace-id: {trace id}:{span id}:{parent id}:{flags}` in hex without fixed lengths, possibly
 * percent-encoded, and baggage in `uberctx-*` (also read from `jaeger-baggage: key=value, key=value`).
 */
export class JaegerPropagator implements TextMapPropagator {
  inject<C>(context: Context, carrier: C, setter: TextMapSetter<C>): void {
    const span = spanToSend(context)
    if (span === undefined) return
    const debug = debugTraces.get(context, span.traceId) ? DEBUG : 0
    const flags = isSampled(span) ? SAMPLED | debug : 0
    setter.set(carrier, TRACE, `${span.traceId}:${span.spanId}:0:0${flags}`)
    for (const [key, { value }] of propagation.getBaggage(context)?.getAllEntries() ?? []) {
      if (key !== '') setter.set(carrier, BAGGAGE_PREFIX + percentEncode(key), percentEncode(value))
    }
  }

  extract<C>(context: Context, carrier: C, getter: TextMapGetter<C>): Context {
    return extractSpan(withBaggageEntries(context, baggageEntries(carrier, getter)), carrier, getter)
  }

  fields(): string[] {
    return [TRACE]
  }
}

function extractSpan<C>(context: Context, carrier: C, getter: TextMapGetter<C>): Context {
  const parts = percentDecode(readHeader(carrier, getter, TRACE) ?? '').split(':')
  if (parts.length !== 4 || !/^[0-9a-f]{1,2}$/i.test(parts[3] ?? '')) return context
  const traceId = traceIdFromHex(parts[0])
  const spanId = spanIdFromHex(parts[1])
  if (traceId === undefined || spanId === undefined) return context
  const flags = Number.parseInt(parts[3] ?? '', 16)
  const next = withRemoteSpan(context, traceId, spanId, (flags & (SAMPLED | DEBUG)) !== 0)
  return (flags & DEBUG) === 0 ? next : debugTraces.set(next, traceId, true)
}

function* baggageEntries<C>(carrier: C, getter: TextMapGetter<C>): Iterable<readonly [string, string]> {
  for (const [key, value] of readPrefixedHeaders(carrier, getter, BAGGAGE_PREFIX)) {
    yield [percentDecode(key), percentDecode(value)]
  }
  for (const part of readListHeader(carrier, getter, BAGGAGE_LIST)?.split(',') ?? []) {
    const equals = part.indexOf('=')
    const key = trimBlanks(part.slice(0, Math.max(equals, 0)))
    if (key !== '') yield [percentDecode(key), percentDecode(trimBlanks(part.slice(equals + 1)))]
  }
}
