import { splitDouble, splitInteger, splitNanos, varintBytes, words } from './wire-numbers.ts'

const TWO_POW_63 = 2 ** 63
/** Up to this length a loop over the characters beats a call into the runtime. */
const SHORT_TEXT = 48
/** Numbers that take at most two bytes. */
const SMALL_MASK = 0x3fff

/**
 * Appends protobuf fields for spans to a growing buffer, each value written once: tags come as ready bytes, lengths of
 * texts are assumed to be their character count (right for ASCII) and corrected when they are not, and messages reserve
 * the two length bytes nearly all of them need.
 */
export class ProtobufAppender {
  #buffer: Buffer
  #length = 0

  constructor(initialBytes: number) {
    this.#buffer = Buffer.allocUnsafeSlow(initialBytes)
  }

  get length(): number {
    return this.#length
  }

  /** Bytes of memory held. */
  get capacity(): number {
    return this.#buffer.length
  }

  /** What was written, without a copy: valid until the next write. */
  view(): Uint8Array {
    return this.#buffer.subarray(0, this.#length)
  }

  /** What was written since `start`, as bytes of their own. */
  copyFrom(start: number): Uint8Array {
    return Uint8Array.prototype.slice.call(this.#buffer, start, this.#length)
  }

  /** Forgets everything after `length`. */
  truncate(length: number): void {
    this.#length = length
  }

  byte(value: number): void {
    this.#reserve(1)
    this.#buffer[this.#length++] = value
  }

  /** An unsigned 32-bit varint field. */
  uint32(tag: number, value: number): void {
    this.#reserve(6)
    this.#buffer[this.#length++] = tag
    this.#varint(value >>> 0)
  }

  /** A fixed32 field. */
  fixed32(tag: number, value: number): void {
    this.#reserve(5)
    this.#buffer[this.#length++] = tag
    this.#little(value)
  }

  /** A field of 16 bytes from four words, most significant first. */
  bytes16(tag: number, word0: number, word1: number, word2: number, word3: number): void {
    this.#reserve(18)
    this.#buffer[this.#length++] = tag
    this.#buffer[this.#length++] = 16
    this.#big(word0)
    this.#big(word1)
    this.#big(word2)
    this.#big(word3)
  }

  /** A field of 8 bytes likewise. */
  bytes8(tag: number, word0: number, word1: number): void {
    this.#reserve(10)
    this.#buffer[this.#length++] = tag
    this.#buffer[this.#length++] = 8
    this.#big(word0)
    this.#big(word1)
  }

  /** A fixed64 field of nanoseconds since 1970. */
  time(tag: number, seconds: number, nanos: number): void {
    splitNanos(seconds, nanos)
    this.#reserve(9)
    this.#buffer[this.#length++] = tag
    this.#little(words.low)
    this.#little(words.high)
  }

  /** A string field. */
  string(tag: number, text: string): void {
    this.#reserve(6 + text.length * 3)
    const start = this.#length
    this.#buffer[this.#length++] = tag
    this.#varint(text.length)
    if (this.#text(text, text.length)) return
    const bytes = Buffer.byteLength(text)
    this.#length = start + 1
    this.#varint(bytes)
    this.#text(text, bytes)
  }

  /** A KeyValue field: text, boolean, number, array of these, null. Whole numbers in the range of int64 are integers. */
  keyValue(tag: number, key: string, value: unknown): void {
    const start = this.#length
    if (typeof value === 'string') {
      if (this.#textPair(tag, key, key.length, value, value.length)) return
      this.#length = start
      this.#textPair(tag, key, Buffer.byteLength(key), value, Buffer.byteLength(value))
      return
    }
    if (typeof value === 'number' && (value & SMALL_MASK) === value && this.#smallPair(tag, key, value)) return
    this.#length = start
    const mark = this.openLong(tag)
    this.string(0x0a, key)
    const valueMark = this.openLong(0x12)
    this.#anyValue(value)
    this.closeLong(valueMark)
    this.closeLong(mark)
  }

  /** Starts a message that will probably be longer than 127 bytes; hand the result to `closeLong`. */
  openLong(tag: number): number {
    this.#reserve(3)
    this.#buffer[this.#length] = tag
    this.#length += 3
    return this.#length
  }

  closeLong(mark: number): void {
    const size = this.#length - mark
    if (size >= 0x80 && size < 0x4000) {
      this.#buffer[mark - 2] = (size & 0x7f) | 0x80
      this.#buffer[mark - 1] = size >>> 7
      return
    }
    const lengthBytes = varintBytes(size)
    this.#reserve(3)
    const target = mark - 2 + lengthBytes
    if (size < 40 && target < mark) {
      for (let i = 0; i < size; i++) this.#buffer[target + i] = this.#buffer[mark + i]!
    } else this.#buffer.copyWithin(target, mark, this.#length)
    this.#length = mark - 2
    this.#varint(size)
    this.#length = target + size
  }

  /** Bytes as they are. */
  raw(bytes: Uint8Array): void {
    this.#reserve(bytes.length)
    this.#buffer.set(bytes, this.#length)
    this.#length += bytes.length
  }

  /** A KeyValue of two texts whose byte lengths are given; false when a length was wrong. */
  #textPair(tag: number, key: string, keyBytes: number, value: string, valueBytes: number): boolean {
    if (keyBytes + valueBytes < 0x78) return this.#shortTextPair(tag, key, keyBytes, value, valueBytes)
    const anyBytes = 1 + varintBytes(valueBytes) + valueBytes
    const pairBytes = 1 + varintBytes(keyBytes) + keyBytes + 1 + varintBytes(anyBytes) + anyBytes
    this.#reserve(16 + (key.length + value.length) * 3)
    this.#buffer[this.#length++] = tag
    this.#varint(pairBytes)
    this.#buffer[this.#length++] = 0x0a
    this.#varint(keyBytes)
    if (!this.#text(key, keyBytes)) return false
    this.#buffer[this.#length++] = 0x12
    this.#varint(anyBytes)
    this.#buffer[this.#length++] = 0x0a
    this.#varint(valueBytes)
    return this.#text(value, valueBytes)
  }

  /** The same where every length takes one byte. */
  #shortTextPair(tag: number, key: string, keyBytes: number, value: string, valueBytes: number): boolean {
    this.#reserve(16 + (key.length + value.length) * 3)
    const buffer = this.#buffer
    const at = this.#length
    buffer[at] = tag
    buffer[at + 1] = keyBytes + valueBytes + 6
    buffer[at + 2] = 0x0a
    buffer[at + 3] = keyBytes
    this.#length = at + 4
    if (!this.#text(key, keyBytes)) return false
    const middle = this.#length
    buffer[middle] = 0x12
    buffer[middle + 1] = valueBytes + 2
    buffer[middle + 2] = 0x0a
    buffer[middle + 3] = valueBytes
    this.#length = middle + 4
    return this.#text(value, valueBytes)
  }

  /** A KeyValue of a whole number of at most two bytes; false when the key is no short ASCII text. */
  #smallPair(tag: number, key: string, value: number): boolean {
    if (key.length >= SHORT_TEXT) return false
    this.#reserve(12 + key.length)
    const buffer = this.#buffer
    const numberBytes = value < 0x80 ? 1 : 2
    let at = this.#length
    buffer[at++] = tag
    buffer[at++] = key.length + numberBytes + 5
    buffer[at++] = 0x0a
    buffer[at++] = key.length
    for (let i = 0; i < key.length; i++) {
      const code = key.charCodeAt(i)
      if (code >= 0x80) return false
      buffer[at++] = code
    }
    buffer[at++] = 0x12
    buffer[at++] = numberBytes + 1
    buffer[at++] = 0x18
    if (numberBytes === 2) buffer[at++] = (value & 0x7f) | 0x80
    buffer[at++] = numberBytes === 2 ? value >>> 7 : value
    this.#length = at
    return true
  }

  #anyValue(value: unknown): void {
    if (typeof value === 'string') this.string(0x0a, value)
    else if (typeof value === 'boolean') this.uint32(0x10, value ? 1 : 0)
    else if (typeof value === 'number') this.#number(value)
    else if (Array.isArray(value)) {
      const mark = this.openLong(0x2a)
      for (const item of value) {
        const itemMark = this.openLong(0x0a)
        this.#anyValue(item)
        this.closeLong(itemMark)
      }
      this.closeLong(mark)
    }
  }

  #number(value: number): void {
    this.#reserve(11)
    if (!Number.isInteger(value) || value < -TWO_POW_63 || value >= TWO_POW_63) {
      splitDouble(value)
      this.#buffer[this.#length++] = 0x21
      this.#little(words.low)
      this.#little(words.high)
      return
    }
    this.#buffer[this.#length++] = 0x18
    splitInteger(value)
    let { low, high } = words
    while (high > 0) {
      this.#buffer[this.#length++] = (low & 0x7f) | 0x80
      low = ((low >>> 7) | (high << 25)) >>> 0
      high >>>= 7
    }
    this.#varint(low)
  }

  /** UTF-8; false, with nothing to rely on, when it takes another number of bytes than said. Room must be reserved. */
  #text(text: string, bytes: number): boolean {
    if (text.length < SHORT_TEXT && bytes === text.length) {
      const buffer = this.#buffer
      let at = this.#length
      for (let i = 0; i < text.length; i++) {
        const code = text.charCodeAt(i)
        if (code >= 0x80) return false
        buffer[at++] = code
      }
      this.#length = at
      return true
    }
    const written = this.#buffer.write(text, this.#length)
    this.#length += written
    return written === bytes
  }

  #varint(value: number): void {
    let rest = value
    while (rest >= 0x80) {
      this.#buffer[this.#length++] = (rest & 0x7f) | 0x80
      rest >>>= 7
    }
    this.#buffer[this.#length++] = rest
  }

  #big(word: number): void {
    const buffer = this.#buffer
    const at = this.#length
    buffer[at] = word >>> 24
    buffer[at + 1] = word >>> 16
    buffer[at + 2] = word >>> 8
    buffer[at + 3] = word
    this.#length = at + 4
  }

  #little(word: number): void {
    const buffer = this.#buffer
    const at = this.#length
    buffer[at] = word
    buffer[at + 1] = word >>> 8
    buffer[at + 2] = word >>> 16
    buffer[at + 3] = word >>> 24
    this.#length = at + 4
  }

  #reserve(bytes: number): void {
    const needed = this.#length + bytes
    if (needed <= this.#buffer.length) return
    const grown = Buffer.allocUnsafeSlow(Math.max(needed, this.#buffer.length * 2))
    this.#buffer.copy(grown, 0, 0, this.#length)
    this.#buffer = grown
  }
}
