import { doubleAt, int64Of } from '../wire/fixed.ts'
import { textAt } from '../wire/text.ts'
import { longVarint, readEnd, readHigh, skip, varint } from '../wire/varint.ts'
import { decodeMessage } from '../decode.ts'
import type { AnyValue } from '../model.ts'
import { otlpType } from '../schema/otlp-schema.ts'

/** Alternatives of an attribute value: the field numbers of `AnyValue`; 0 is a value that is absent or empty. */
export const VALUE_EMPTY = 0
export const VALUE_STRING = 1
export const VALUE_BOOL = 2
export const VALUE_INT = 3
export const VALUE_DOUBLE = 4
export const VALUE_ARRAY = 5
export const VALUE_KVLIST = 6
export const VALUE_BYTES = 7

const ANY_VALUE = otlpType('AnyValue')

/** Looks at one `AnyValue` in checked bytes. Reuse it: `seek` overwrites everything. */
export class ValueView {
  source: Uint8Array = new Uint8Array(0)
  /** One of the `VALUE_…` constants. */
  type = 0
  /** The whole AnyValue body. */
  bodyStart = 0
  bodyEnd = 0
  /** Contents of a string, bytes, array or list value; array elements and list entries are read with `elements`. */
  start = 0
  end = 0
  /** Halves of an int value (two's complement); `low` is 0 or 1 for a bool. */
  low = 0
  high = 0
  double = 0

  /** Reads the AnyValue whose body is `source[start, end)`. */
  seek(source: Uint8Array, start: number, end: number): void {
    this.source = source
    this.bodyStart = start
    this.bodyEnd = end
    this.type = 0
    this.start = 0
    this.end = 0
    let pos = start
    while (pos < end) {
      let tag = source[pos++]!
      if (tag >= 0x80) {
        tag = longVarint(source, pos, tag)
        pos = readEnd
      }
      switch (tag) {
        case 0x0a:
        case 0x2a:
        case 0x32:
        case 0x3a: {
          let length = source[pos++]!
          if (length >= 0x80) {
            length = longVarint(source, pos, length)
            pos = readEnd
          }
          this.type = tag >>> 3
          this.start = pos
          pos += length
          this.end = pos
          break
        }
        case 0x10:
          this.type = VALUE_BOOL
          this.low = (varint(source, pos) | readHigh) === 0 ? 0 : 1
          this.high = 0
          pos = readEnd
          break
        case 0x18:
          this.type = VALUE_INT
          this.low = varint(source, pos)
          this.high = readHigh
          pos = readEnd
          break
        case 0x21:
          this.type = VALUE_DOUBLE
          this.double = doubleAt(source, pos)
          pos += 8
          break
        default:
          pos = skip(source, pos, tag)
      }
    }
  }

  /** Only for `VALUE_STRING`. */
  text(): string {
    return textAt(this.source, this.start, this.end)
  }

  /** Only for `VALUE_INT`. */
  int(): bigint {
    return int64Of(this.low, this.high)
  }

  /** `VALUE_INT` as a number; exact below 2^53. */
  intNumber(): number {
    return (this.high | 0) * 0x1_0000_0000 + this.low
  }

  /** Only for `VALUE_BOOL`. */
  bool(): boolean {
    return this.low !== 0
  }

  /** Only for `VALUE_BYTES`: a view of the batch's bytes, not a copy. */
  bytes(): Uint8Array {
    return this.source.subarray(this.start, this.end)
  }

  /** The value as an object, nested ones too. */
  toModel(): AnyValue {
    return decodeMessage(this.source, this.bodyStart, this.bodyEnd, ANY_VALUE)
  }
}
