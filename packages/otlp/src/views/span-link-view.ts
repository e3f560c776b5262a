import { uint32At } from '../wire/fixed.ts'
import { hexAt, textAt } from '../wire/text.ts'
import { readEnd, skip, varint } from '../wire/varint.ts'
import { AttributesView } from './attributes-view.ts'
import type { SpanView } from './span-view.ts'

/** Looks at one link of a span: `view.seek(span, i)`. Rules as in `SpanView`. */
export class SpanLinkView {
  source: Uint8Array = new Uint8Array(0)
  /** Offset of 16 bytes, or -1. */
  traceIdAt = -1
  /** Offset of 8 bytes, or -1. */
  spanIdAt = -1
  traceStateStart = 0
  traceStateEnd = 0
  droppedAttributes = 0
  flags = 0
  readonly attributes: AttributesView = new AttributesView()

  /** Reads link `i` of the span last sought. */
  seek(span: SpanView, i: number): void {
    const source = span.source
    this.source = source
    this.traceIdAt = -1
    this.spanIdAt = -1
    this.traceStateStart = 0
    this.traceStateEnd = 0
    this.droppedAttributes = 0
    this.flags = 0
    this.attributes.reset(source)
    const end = span.links.ends[i]!
    for (let pos = span.links.starts[i]!; pos < end;) {
      const tag = varint(source, pos)
      pos = readEnd
      if (tag === 0x28) {
        this.droppedAttributes = varint(source, pos)
        pos = readEnd
      } else if (tag === 0x35) {
        this.flags = uint32At(source, pos)
        pos += 4
      } else if ((tag & 7) === 2) {
        const length = varint(source, pos)
        const start = readEnd
        pos = start + length
        if (tag === 0x0a) this.traceIdAt = length > 0 ? start : -1
        else if (tag === 0x12) this.spanIdAt = length > 0 ? start : -1
        else if (tag === 0x1a) {
          this.traceStateStart = start
          this.traceStateEnd = pos
        } else if (tag === 0x22) this.attributes.ranges.add(start, pos)
      } else pos = skip(source, pos, tag)
    }
  }

  /** 32 hex digits, or empty. */
  traceIdHex(): string {
    return this.traceIdAt < 0 ? '' : hexAt(this.source, this.traceIdAt, 16)
  }

  /** 16 hex digits, or empty. */
  spanIdHex(): string {
    return this.spanIdAt < 0 ? '' : hexAt(this.source, this.spanIdAt, 8)
  }

  traceState(): string {
    return textAt(this.source, this.traceStateStart, this.traceStateEnd)
  }
}
