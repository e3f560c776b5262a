import { uint32At, uint64Of } from '../wire/fixed.ts'
import { textAt } from '../wire/text.ts'
import { readEnd, skip, varint } from '../wire/varint.ts'
import { AttributesView } from './attributes-view.ts'
import type { SpanView } from './span-view.ts'

/** Looks at one event of a span: `view.seek(span, i)`. Rules as in `SpanView`. */
export class SpanEventView {
  source: Uint8Array = new Uint8Array(0)
  timeLow = 0
  timeHigh = 0
  nameStart = 0
  nameEnd = 0
  droppedAttributes = 0
  readonly attributes: AttributesView = new AttributesView()

  /** Reads event `i` of the span last sought. */
  seek(span: SpanView, i: number): void {
    const source = span.source
    this.source = source
    this.timeLow = 0
    this.timeHigh = 0
    this.nameStart = 0
    this.nameEnd = 0
    this.droppedAttributes = 0
    this.attributes.reset(source)
    const end = span.events.ends[i]!
    for (let pos = span.events.starts[i]!; pos < end;) {
      const tag = varint(source, pos)
      pos = readEnd
      if (tag === 0x09) {
        this.timeLow = uint32At(source, pos)
        this.timeHigh = uint32At(source, pos + 4)
        pos += 8
      } else if (tag === 0x12) {
        const length = varint(source, pos)
        this.nameStart = readEnd
        this.nameEnd = pos = readEnd + length
      } else if (tag === 0x1a) {
        const length = varint(source, pos)
        pos = readEnd + length
        this.attributes.ranges.add(readEnd, pos)
      } else if (tag === 0x20) {
        this.droppedAttributes = varint(source, pos)
        pos = readEnd
      } else pos = skip(source, pos, tag)
    }
  }

  name(): string {
    return textAt(this.source, this.nameStart, this.nameEnd)
  }

  timeNanos(): bigint {
    return uint64Of(this.timeLow, this.timeHigh)
  }
}
