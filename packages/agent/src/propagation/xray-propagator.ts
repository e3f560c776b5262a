import type { Context, TextMapGetter, TextMapPropagator, TextMapSetter } from '@opentelemetry/api'
import { readHeader, trimBlanks } from './carrier.ts'
import { spanIdFromHex, traceIdFromHex } from './ids.ts'
import { Remembered } from './remembered.ts'
import { isSampled, spanToSend, withRemoteSpan } from './remote-span.ts'

const TRACE = 'x-amzn-trace-id'
const TRACE_AS_SPELLED = 'X-Amzn-Trace-Id'

/** Lambda counts its own calls here, to stop loops. */
const lineages = new Remembered<string>('xray-lineage')

/**
 * AWS X-Ray: `X-Amzn-Trace-Id: Root=1-{8 hex}-{24 hex};Parent={16 hex};Sampled=1`, in any order. `Lineage` is handed on. A
 * header with a root and no parent, as load balancers write it, names no span: a new trace begins.
 */
export class XRayPropagator implements TextMapPropagator {
  inject<C>(context: Context, carrier: C, setter: TextMapSetter<C>): void {
    const span = spanToSend(context)
    if (span === undefined) return
    const { traceId, spanId } = span
    const lineage = lineages.get(context, traceId)
    const root = `Root=1-${traceId.slice(0, 8)}-${traceId.slice(8)}`
    const sampled = `Sampled=${isSampled(span) ? 1 : 0}`
    const fields = [root, `Parent=${spanId}`, sampled, ...(lineage === undefined ? [] : [`Lineage=${lineage}`])]
    setter.set(carrier, TRACE, fields.join(';'))
  }

  extract<C>(context: Context, carrier: C, getter: TextMapGetter<C>): Context {
    const header = readHeader(carrier, getter, TRACE_AS_SPELLED)
    if (header === undefined) return context
    const fields = new Map<string, string>()
    for (const part of header.split(';')) {
      const equals = part.indexOf('=')
      if (equals > 0) fields.set(trimBlanks(part.slice(0, equals)), trimBlanks(part.slice(equals + 1)))
    }
    const root = /^1-([0-9a-f]{8})-([0-9a-f]{24})$/i.exec(fields.get('Root') ?? '')
    const traceId = root ? traceIdFromHex(`${root[1]}${root[2]}`) : undefined
    const parent = fields.get('Parent')
    const spanId = parent?.length === 16 ? spanIdFromHex(parent) : undefined
    if (traceId === undefined || spanId === undefined) return context
    const sampled = fields.get('Sampled')
    // `?` and no word at all both leave the decision to the one who is called.
    const next = withRemoteSpan(context, traceId, spanId, sampled === '0' ? false : sampled === '1' || undefined)
    const lineage = fields.get('Lineage')
    return lineage !== undefined && /^[\w:|.-]{1,256}$/.test(lineage) ? lineages.set(next, traceId, lineage) : next
  }

  fields(): string[] {
    return [TRACE]
  }
}
