import type { Context, SpanContext, TextMapGetter } from '@opentelemetry/api'
import { readHeader } from './carrier.ts'
import { spanIdFromHex, traceIdFromHex } from './ids.ts'
import { debugTraces } from './remembered.ts'
import { isSampled, withRemoteSpan } from './remote-span.ts'

/** The headers of both forms of B3. */
export const B3_HEADERS = {
  single: 'b3',
  traceId: 'x-b3-traceid',
  spanId: 'x-b3-spanid',
  parentSpanId: 'x-b3-parentspanid',
  sampled: 'x-b3-sampled',
  flags: 'x-b3-flags',
} as const

/** Ids in hex, `sampling` as `1`, `0` or `d`, or undefined when it is left open. */
interface B3Fields {
  readonly traceId: string | undefined
  readonly spanId: string | undefined
  readonly sampling: string | undefined
}

/**
 * Reads the caller's span from a `b3` header, else from the `X-B3-*` headers: the OpenTelemetry specification wants every B3
 * propagator to read both. The same context when there is none, or none that is named (`b3: 0`).
 */
export function extractB3<C>(context: Context, carrier: C, getter: TextMapGetter<C>): Context {
  const next = extractSingle(context, carrier, getter)
  return next === context ? extractMulti(context, carrier, getter) : next
}

/** The sampling state to send for a span. */
export function b3Sampling(context: Context, span: SpanContext): 'd' | '1' | '0' {
  if (!isSampled(span)) return '0'
  return debugTraces.get(context, span.traceId) ? 'd' : '1'
}

function extractSingle<C>(context: Context, carrier: C, getter: TextMapGetter<C>): Context {
  const header = readHeader(carrier, getter, B3_HEADERS.single)
  const match = header && /^([0-9a-f]+)-([0-9a-f]+)(?:-([01d])(?:-([0-9a-f]{16}))?)?$/i.exec(header)
  if (!match) return context
  return withB3(context, { traceId: match[1], spanId: match[2], sampling: match[3]?.toLowerCase() })
}

function extractMulti<C>(context: Context, carrier: C, getter: TextMapGetter<C>): Context {
  const traceId = readHeader(carrier, getter, B3_HEADERS.traceId)
  if (traceId === undefined) return context
  return withB3(context, {
    traceId,
    spanId: readHeader(carrier, getter, B3_HEADERS.spanId),
    sampling:
      readHeader(carrier, getter, B3_HEADERS.flags) === '1'
        ? 'd'
        : sampledBit(readHeader(carrier, getter, B3_HEADERS.sampled)),
  })
}

/** Old senders wrote `true` and `false`. */
function sampledBit(text: string | undefined): '1' | '0' | undefined {
  const value = text?.toLowerCase()
  if (value === '1' || value === 'true' || value === 'd') return '1'
  return value === '0' || value === 'false' ? '0' : undefined
}

function withB3(context: Context, fields: B3Fields): Context {
  const wide = fields.traceId?.length === 16 || fields.traceId?.length === 32
  const traceId = wide ? traceIdFromHex(fields.traceId) : undefined
  const spanId = fields.spanId?.length === 16 ? spanIdFromHex(fields.spanId) : undefined
  if (traceId === undefined || spanId === undefined) return context
  const { sampling } = fields
  const next = withRemoteSpan(context, traceId, spanId, sampling === undefined ? undefined : sampling !== '0')
  return sampling === 'd' ? debugTraces.set(next, traceId, true) : next
}
