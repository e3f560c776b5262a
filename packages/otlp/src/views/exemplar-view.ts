import { doubleAt, int64Of, uint32At, uint64Of } from '../wire/fixed.ts'
import { hexAt } from '../wire/text.ts'
import { readEnd, skip, varint } from '../wire/varint.ts'
import { AttributesView } from './attributes-view.ts'
import { NUMBER_DOUBLE, NUMBER_INT, type PointView } from './point-view.ts'

/** Looks at one exemplar of a data point: `view.seek(point, i)`. Rules as in `SpanView`. */
export class ExemplarView {
  source: Uint8Array = new Uint8Array(0)
  timeLow = 0
  timeHigh = 0
  /** One of `NUMBER_…`. */
  numberType = 0
  double = 0
  intLow = 0
  intHigh = 0
  /** Offset of 16 bytes, or -1. */
  traceIdAt = -1
  /** Offset of 8 bytes, or -1. */
  spanIdAt = -1
  /** The filtered attributes. */
  readonly attributes: AttributesView = new AttributesView()

  /** Reads exemplar `i` of the point last sought. */
  seek(point: PointView, i: number): void {
    const source = point.source
    this.source = source
    this.timeLow = 0
    this.timeHigh = 0
    this.numberType = 0
    this.double = 0
    this.intLow = 0
    this.intHigh = 0
    this.traceIdAt = -1
    this.spanIdAt = -1
    this.attributes.reset(source)
    const end = point.exemplars.ends[i]!
    for (let pos = point.exemplars.starts[i]!; pos < end;) {
      const tag = varint(source, pos)
      pos = readEnd
      if (tag === 0x11) {
        this.timeLow = uint32At(source, pos)
        this.timeHigh = uint32At(source, pos + 4)
        pos += 8
      } else if (tag === 0x19) {
        this.numberType = NUMBER_DOUBLE
        this.double = doubleAt(source, pos)
        pos += 8
      } else if (tag === 0x31) {
        this.numberType = NUMBER_INT
        this.intLow = uint32At(source, pos)
        this.intHigh = uint32At(source, pos + 4)
        pos += 8
      } else if (tag === 0x22 || tag === 0x2a || tag === 0x3a) {
        const length = varint(source, pos)
        const start = readEnd
        pos = start + length
        if (tag === 0x3a) this.attributes.ranges.add(start, pos)
        else if (tag === 0x22) this.spanIdAt = length > 0 ? start : -1
        else this.traceIdAt = length > 0 ? start : -1
      } else pos = skip(source, pos, tag)
    }
  }

  timeNanos(): bigint {
    return uint64Of(this.timeLow, this.timeHigh)
  }

  /** Only for `NUMBER_INT`. */
  int(): bigint {
    return int64Of(this.intLow, this.intHigh)
  }

  /** 32 hex digits, or empty. */
  traceIdHex(): string {
    return this.traceIdAt < 0 ? '' : hexAt(this.source, this.traceIdAt, 16)
  }

  /** 16 hex digits, or empty. */
  spanIdHex(): string {
    return this.spanIdAt < 0 ? '' : hexAt(this.source, this.spanIdAt, 8)
  }
}
