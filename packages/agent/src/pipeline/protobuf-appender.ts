import { ByteAppender, SHORT_TEXT } from './byte-appender.ts'
import { splitDouble, splitInteger, splitNanos, varintBytes, words } from './wire-numbers.ts'

const TWO_POW_63 = 2 ** 63
/** Numbers that take at most two bytes. */
const SMALL_MASK = 0x3fff

/**
 * Appends protobuf fields for spans to a growing buffer, each value written once: tags come as ready bytes, lengths of
 * texts are assumed to be their character count (right for ASCII) and corrected when they are not, and messages reserve
 * the two length bytes nearly all of them need.
 */
export class ProtobufAppender extends ByteAppender {
  /** An unsigned 32-bit varint field. */
  uint32(tag: number, value: number): void {
    this.reserve(6)
    this.buffer[this.at++] = tag
    this.varint(value >>> 0)
  }

  /** A fixed32 field. */
  fixed32(tag: number, value: number): void {
    this.reserve(5)
    this.buffer[this.at++] = tag
    this.little(value)
  }

  /** A field of 16 bytes from four words, most significant first. */
  bytes16(tag: number, word0: number, word1: number, word2: number, word3: number): void {
    this.reserve(18)
    this.buffer[this.at++] = tag
    this.buffer[this.at++] = 16
    this.big(word0)
    this.big(word1)
    this.big(word2)
    this.big(word3)
  }

  /** A field of 8 bytes likewise. */
  bytes8(tag: number, word0: number, word1: number): void {
    this.reserve(10)
    this.buffer[this.at++] = tag
    this.buffer[this.at++] = 8
    this.big(word0)
    this.big(word1)
  }

  /** A fixed64 field of nanoseconds since 1970. */
  time(tag: number, seconds: number, nanos: number): void {
    splitNanos(seconds, nanos)
    this.reserve(9)
    this.buffer[this.at++] = tag
    this.little(words.low)
    this.little(words.high)
  }

  /** A string field. */
  string(tag: number, text: string): void {
    this.reserve(6 + text.length * 3)
    const start = this.at
    this.buffer[this.at++] = tag
    this.varint(text.length)
    if (this.utf8(text, text.length)) return
    const bytes = Buffer.byteLength(text)
    this.at = start + 1
    this.varint(bytes)
    this.utf8(text, bytes)
  }

  /** A KeyValue field: text, boolean, number, array of these, null. Whole numbers in the range of int64 are integers. */
  keyValue(tag: number, key: string, value: unknown): void {
    const start = this.at
    if (typeof value === 'string') {
      if (this.#textPair(tag, key, key.length, value, value.length)) return
      this.at = start
      this.#textPair(tag, key, Buffer.byteLength(key), value, Buffer.byteLength(value))
      return
    }
    if (typeof value === 'number' && (value & SMALL_MASK) === value && this.#smallPair(tag, key, value)) return
    this.at = start
    const mark = this.openLong(tag)
    this.string(0x0a, key)
    const valueMark = this.openLong(0x12)
    this.#anyValue(value)
    this.closeLong(valueMark)
    this.closeLong(mark)
  }

  /** Starts a message that will probably be longer than 127 bytes; hand the result to `closeLong`. */
  openLong(tag: number): number {
    this.reserve(3)
    this.buffer[this.at] = tag
    this.at += 3
    return this.at
  }

  closeLong(mark: number): void {
    const size = this.at - mark
    if (size >= 0x80 && size < 0x4000) {
      this.buffer[mark - 2] = (size & 0x7f) | 0x80
      this.buffer[mark - 1] = size >>> 7
      return
    }
    const lengthBytes = varintBytes(size)
    this.reserve(3)
    const target = mark - 2 + lengthBytes
    if (size < 40 && target < mark) {
      for (let i = 0; i < size; i++) this.buffer[target + i] = this.buffer[mark + i]!
    } else this.buffer.copyWithin(target, mark, this.at)
    this.at = mark - 2
    this.varint(size)
    this.at = target + size
  }

  /** A KeyValue of two texts whose byte lengths are given; false when a length was wrong. */
  #textPair(tag: number, key: string, keyBytes: number, value: string, valueBytes: number): boolean {
    if (keyBytes + valueBytes < 0x78) return this.#shortTextPair(tag, key, keyBytes, value, valueBytes)
    const anyBytes = 1 + varintBytes(valueBytes) + valueBytes
    const pairBytes = 1 + varintBytes(keyBytes) + keyBytes + 1 + varintBytes(anyBytes) + anyBytes
    this.reserve(16 + (key.length + value.length) * 3)
    this.buffer[this.at++] = tag
    this.varint(pairBytes)
    this.buffer[this.at++] = 0x0a
    this.varint(keyBytes)
    if (!this.utf8(key, keyBytes)) return false
    this.buffer[this.at++] = 0x12
    this.varint(anyBytes)
    this.buffer[this.at++] = 0x0a
    this.varint(valueBytes)
    return this.utf8(value, valueBytes)
  }

  /** The same where every length takes one byte. */
  #shortTextPair(tag: number, key: string, keyBytes: number, value: string, valueBytes: number): boolean {
    this.reserve(16 + (key.length + value.length) * 3)
    const buffer = this.buffer
    const at = this.at
    buffer[at] = tag
    buffer[at + 1] = keyBytes + valueBytes + 6
    buffer[at + 2] = 0x0a
    buffer[at + 3] = keyBytes
    this.at = at + 4
    if (!this.utf8(key, keyBytes)) return false
    const middle = this.at
    buffer[middle] = 0x12
    buffer[middle + 1] = valueBytes + 2
    buffer[middle + 2] = 0x0a
    buffer[middle + 3] = valueBytes
    this.at = middle + 4
    return this.utf8(value, valueBytes)
  }

  /** A KeyValue of a whole number of at most two bytes; false when the key is no short ASCII text. */
  #smallPair(tag: number, key: string, value: number): boolean {
    if (key.length >= SHORT_TEXT) return false
    this.reserve(12 + key.length)
    const buffer = this.buffer
    const numberBytes = value < 0x80 ? 1 : 2
    let at = this.at
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
    this.at = at
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
    this.reserve(11)
    if (!Number.isInteger(value) || value < -TWO_POW_63 || value >= TWO_POW_63) {
      splitDouble(value)
      this.buffer[this.at++] = 0x21
      this.little(words.low)
      this.little(words.high)
      return
    }
    this.buffer[this.at++] = 0x18
    splitInteger(value)
    let { low, high } = words
    while (high > 0) {
      this.buffer[this.at++] = (low & 0x7f) | 0x80
      low = ((low >>> 7) | (high << 25)) >>> 0
      high >>>= 7
    }
    this.varint(low)
  }
}
