import type { Batch } from '../batch.ts'
import { decodeMessage } from '../decode.ts'
import type { Span } from '../model.ts'
import { ITEM_TYPES } from '../schema/otlp-schema.ts'
import { uint32At, uint64Of } from '../wire/fixed.ts'
import { hexAt, textAt } from '../wire/text.ts'
import { longVarint, readEnd, skip, varint } from '../wire/varint.ts'
import { AttributesView } from './attributes-view.ts'
import { Ranges } from './ranges.ts'

/**
 * Looks at one span of a batch after the other: `view.bind(batch)`, then `view.seek(i)` walks the span's fields once and
 * leaves them here. Offsets point into `source`. Absent ids have offset -1, absent texts an empty range, absent numbers 0.
 * Reuse one view; nothing is allocated per span.
 */
export class SpanView {
  source: Uint8Array = new Uint8Array(0)
  /** The whole span body. */
  start = 0
  end = 0
  /** Offset of 16 bytes, or -1. */
  traceIdAt = -1
  /** Offset of 8 bytes, or -1. */
  spanIdAt = -1
  parentSpanIdAt = -1
  nameStart = 0
  nameEnd = 0
  traceStateStart = 0
  traceStateEnd = 0
  statusMessageStart = 0
  statusMessageEnd = 0
  kind = 0
  statusCode = 0
  flags = 0
  /** Unsigned halves of the nanosecond times. */
  startLow = 0
  startHigh = 0
  endLow = 0
  endHigh = 0
  droppedAttributes = 0
  droppedEvents = 0
  droppedLinks = 0
  readonly attributes: AttributesView = new AttributesView()
  /** Bodies for `SpanEventView` and `SpanLinkView`. */
  readonly events: Ranges = new Ranges()
  readonly links: Ranges = new Ranges()
  #batch: Batch | undefined

  bind(batch: Batch): this {
    this.#batch = batch
    return this
  }

  /** Reads span `item` of the bound batch. */
  seek(item: number): void {
    const batch = this.#batch!
    this.seekRange(batch.itemSource(item), batch.itemStart[item]!, batch.itemEnd[item]!)
  }

  /** Reads a span body that lies in checked bytes outside a batch. */
  seekRange(source: Uint8Array, start: number, end: number): void {
    this.source = source
    this.start = start
    this.end = end
    this.traceIdAt = -1
    this.spanIdAt = -1
    this.parentSpanIdAt = -1
    this.nameStart = 0
    this.nameEnd = 0
    this.traceStateStart = 0
    this.traceStateEnd = 0
    this.statusMessageStart = 0
    this.statusMessageEnd = 0
    this.kind = 0
    this.statusCode = 0
    this.flags = 0
    this.startLow = 0
    this.startHigh = 0
    this.endLow = 0
    this.endHigh = 0
    this.droppedAttributes = 0
    this.droppedEvents = 0
    this.droppedLinks = 0
    this.attributes.reset(source)
    this.events.clear()
    this.links.clear()
    let pos = start
    while (pos < end) {
      let tag = source[pos++]!
      if (tag >= 0x80) {
        tag = longVarint(source, pos, tag)
        pos = readEnd
      }
      if ((tag & 7) === 2) {
        let length = source[pos++]!
        if (length >= 0x80) {
          length = longVarint(source, pos, length)
          pos = readEnd
        }
        this.#takeBytes(tag, pos, pos + length)
        pos += length
      } else if (tag === 0x39) {
        this.startLow = uint32At(source, pos)
        this.startHigh = uint32At(source, pos + 4)
        pos += 8
      } else if (tag === 0x41) {
        this.endLow = uint32At(source, pos)
        this.endHigh = uint32At(source, pos + 4)
        pos += 8
      } else pos = this.#takeNumber(tag, pos)
    }
  }

  #takeBytes(tag: number, start: number, end: number): void {
    switch (tag) {
      case 0x4a:
        return this.attributes.ranges.add(start, end)
      case 0x0a:
        this.traceIdAt = end > start ? start : -1
        return
      case 0x12:
        this.spanIdAt = end > start ? start : -1
        return
      case 0x22:
        this.parentSpanIdAt = end > start ? start : -1
        return
      case 0x2a:
        this.nameStart = start
        this.nameEnd = end
        return
      case 0x1a:
        this.traceStateStart = start
        this.traceStateEnd = end
        return
      case 0x5a:
        return this.events.add(start, end)
      case 0x6a:
        return this.links.add(start, end)
      case 0x7a:
        return this.#takeStatus(start, end)
      default:
    }
  }

  /** Returns the position after the field. */
  #takeNumber(tag: number, pos: number): number {
    switch (tag) {
      case 0x30:
        this.kind = varint(this.source, pos) | 0
        return readEnd
      case 0x50:
        this.droppedAttributes = varint(this.source, pos)
        return readEnd
      case 0x60:
        this.droppedEvents = varint(this.source, pos)
        return readEnd
      case 0x70:
        this.droppedLinks = varint(this.source, pos)
        return readEnd
      case 0x85:
        this.flags = uint32At(this.source, pos)
        return pos + 4
      default:
        return skip(this.source, pos, tag)
    }
  }

  #takeStatus(start: number, end: number): void {
    const source = this.source
    for (let pos = start; pos < end;) {
      const tag = varint(source, pos)
      pos = readEnd
      if (tag === 0x12) {
        const length = varint(source, pos)
        this.statusMessageStart = readEnd
        this.statusMessageEnd = pos = readEnd + length
      } else if (tag === 0x18) {
        this.statusCode = varint(source, pos) | 0
        pos = readEnd
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

  /** 16 hex digits, or empty for a root. */
  parentSpanIdHex(): string {
    return this.parentSpanIdAt < 0 ? '' : hexAt(this.source, this.parentSpanIdAt, 8)
  }

  name(): string {
    return textAt(this.source, this.nameStart, this.nameEnd)
  }

  traceState(): string {
    return textAt(this.source, this.traceStateStart, this.traceStateEnd)
  }

  statusMessage(): string {
    return textAt(this.source, this.statusMessageStart, this.statusMessageEnd)
  }

  startNanos(): bigint {
    return uint64Of(this.startLow, this.startHigh)
  }

  endNanos(): bigint {
    return uint64Of(this.endLow, this.endHigh)
  }

  /** End minus start in nanoseconds; 0 when the end lies before the start. Exact below 2^53 (104 days). */
  durationNanos(): number {
    const high = this.endHigh - this.startHigh
    return Math.max(0, high * 0x1_0000_0000 + (this.endLow - this.startLow))
  }

  /** The span as an object. */
  toModel(): Span {
    return decodeMessage(this.source, this.start, this.end, ITEM_TYPES.traces)
  }
}
