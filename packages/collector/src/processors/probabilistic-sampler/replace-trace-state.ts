import { skip, readEnd, varint } from '@clew/otlp/wire/varint'
import { WireWriter } from '@clew/otlp/wire/wire-writer'

/** `Span.trace_state`. */
const TRACE_STATE = 3

/** A checked span body with another tracestate; every other field keeps its bytes. */
export function replaceTraceState(source: Uint8Array, start: number, end: number, traceState: string): Uint8Array {
  const writer = new WireWriter(end - start + traceState.length + 16)
  for (let pos = start; pos < end;) {
    const fieldStart = pos
    const tag = varint(source, pos)
    pos = skip(source, readEnd, tag)
    if (tag >>> 3 !== TRACE_STATE) writer.raw(source, fieldStart, pos)
  }
  if (traceState !== '') writer.bytesField(TRACE_STATE, Buffer.from(traceState))
  return writer.finish()
}
