import type { Batch } from '../batch.ts'
import { decodeMessage } from '../decode.ts'
import type { LogRecord } from '../model.ts'
import { ITEM_TYPES } from '../schema/otlp-schema.ts'
import { uint32At, uint64Of } from '../wire/fixed.ts'
import { hexAt, textAt } from '../wire/text.ts'
import { longVarint, readEnd, skip, varint } from '../wire/varint.ts'
import { AttributesView } from './attributes-view.ts'
import { ValueView } from './value-view.ts'

/** Looks at one log record of a batch after the other. Rules as in `SpanView`. */
export class LogRecordView {
  source: Uint8Array = new Uint8Array(0)
  start = 0
  end = 0
  timeLow = 0
  timeHigh = 0
  observedTimeLow = 0
  observedTimeHigh = 0
  severityNumber = 0
  severityTextStart = 0
  severityTextEnd = 0
  eventNameStart = 0
  eventNameEnd = 0
  /** Offset of 16 bytes, or -1. */
  traceIdAt = -1
  /** Offset of 8 bytes, or -1. */
  spanIdAt = -1
  flags = 0
  droppedAttributes = 0
  /** False when the record has no body at all; an empty body is a body whose type is `VALUE_EMPTY`. */
  hasBody = false
  readonly body: ValueView = new ValueView()
  readonly attributes: AttributesView = new AttributesView()
  #batch: Batch | undefined

  bind(batch: Batch): this {
    this.#batch = batch
    return this
  }

  /** Reads record `item` of the bound batch. */
  seek(item: number): void {
    const batch = this.#batch!
    this.seekRange(batch.itemSource(item), batch.itemStart[item]!, batch.itemEnd[item]!)
  }

  /** Reads a record body that lies in checked bytes outside a batch. */
  seekRange(source: Uint8Array, start: number, end: number): void {
    this.source = source
    this.start = start
    this.end = end
    this.timeLow = 0
    this.timeHigh = 0
    this.observedTimeLow = 0
    this.observedTimeHigh = 0
    this.severityNumber = 0
    this.severityTextStart = 0
    this.severityTextEnd = 0
    this.eventNameStart = 0
    this.eventNameEnd = 0
    this.traceIdAt = -1
    this.spanIdAt = -1
    this.flags = 0
    this.droppedAttributes = 0
    this.hasBody = false
    this.attributes.reset(source)
    let bodyStart = 0
    let bodyEnd = 0
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
        const stop = pos + length
        if (tag === 0x32) this.attributes.ranges.add(pos, stop)
        else if (tag === 0x2a) {
          this.hasBody = true
          bodyStart = pos
          bodyEnd = stop
        } else this.#takeBytes(tag, pos, stop)
        pos = stop
      } else pos = this.#takeNumber(tag, pos)
    }
    this.body.seek(source, bodyStart, bodyEnd)
  }

  #takeBytes(tag: number, start: number, end: number): void {
    switch (tag) {
      case 0x1a:
        this.severityTextStart = start
        this.severityTextEnd = end
        return
      case 0x62:
        this.eventNameStart = start
        this.eventNameEnd = end
        return
      case 0x4a:
        this.traceIdAt = end > start ? start : -1
        return
      case 0x52:
        this.spanIdAt = end > start ? start : -1
        return
      default:
    }
  }

  /** Returns the position after the field. */
  #takeNumber(tag: number, pos: number): number {
    const source = this.source
    switch (tag) {
      case 0x09:
        this.timeLow = uint32At(source, pos)
        this.timeHigh = uint32At(source, pos + 4)
        return pos + 8
      case 0x59:
        this.observedTimeLow = uint32At(source, pos)
        this.observedTimeHigh = uint32At(source, pos + 4)
        return pos + 8
      case 0x10:
        this.severityNumber = varint(source, pos) | 0
        return readEnd
      case 0x38:
        this.droppedAttributes = varint(source, pos)
        return readEnd
      case 0x45:
        this.flags = uint32At(source, pos)
        return pos + 4
      default:
        return skip(source, pos, tag)
    }
  }

  timeNanos(): bigint {
    return uint64Of(this.timeLow, this.timeHigh)
  }

  observedTimeNanos(): bigint {
    return uint64Of(this.observedTimeLow, this.observedTimeHigh)
  }

  severityText(): string {
    return textAt(this.source, this.severityTextStart, this.severityTextEnd)
  }

  eventName(): string {
    return textAt(this.source, this.eventNameStart, this.eventNameEnd)
  }

  /** 32 hex digits, or empty. */
  traceIdHex(): string {
    return this.traceIdAt < 0 ? '' : hexAt(this.source, this.traceIdAt, 16)
  }

  /** 16 hex digits, or empty. */
  spanIdHex(): string {
    return this.spanIdAt < 0 ? '' : hexAt(this.source, this.spanIdAt, 8)
  }

  /** The record as an object. */
  toModel(): LogRecord {
    return decodeMessage(this.source, this.start, this.end, ITEM_TYPES.logs)
  }
}
