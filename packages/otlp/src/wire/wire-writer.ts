import { writeDouble, writeUint32, writeUint64 } from './fixed.ts'

const encoder = new TextEncoder()

/**
 * Appends protobuf fields to a growing buffer. Nested messages: `const mark = open(field)`, write the body, `close(mark)`;
 * bodies below 128 bytes cost nothing extra, longer ones are moved by the bytes their length needs.
 */
export class WireWriter {
  #buffer: Uint8Array<ArrayBuffer>
  #length = 0

  constructor(initialBytes = 1024) {
    this.#buffer = new Uint8Array(Math.max(16, initialBytes))
  }

  get length(): number {
    return this.#length
  }

  /** A copy of what was written. */
  finish(): Uint8Array<ArrayBuffer> {
    return this.#buffer.slice(0, this.#length)
  }

  /** What was written, without a copy: valid until the next write. */
  view(): Uint8Array<ArrayBuffer> {
    return this.#buffer.subarray(0, this.#length)
  }

  reset(): void {
    this.#length = 0
  }

  /** Forgets everything after `length`. */
  truncate(length: number): void {
    this.#length = length
  }

  tag(field: number, wireType: number): void {
    this.varint32(((field << 3) | wireType) >>> 0)
  }

  varint32(value: number): void {
    this.#reserve(5)
    let rest = value >>> 0
    while (rest >= 0x80) {
      this.#buffer[this.#length++] = (rest & 0x7f) | 0x80
      rest >>>= 7
    }
    this.#buffer[this.#length++] = rest
  }

  /** Signed or unsigned 64 bits; negative numbers take ten bytes as protobuf wants it. */
  varint64(value: bigint): void {
    this.#reserve(10)
    let rest = BigInt.asUintN(64, value)
    while (rest >= 0x80n) {
      this.#buffer[this.#length++] = Number(rest & 0x7fn) | 0x80
      rest >>= 7n
    }
    this.#buffer[this.#length++] = Number(rest)
  }

  /** The same from unsigned halves. */
  varint64Halves(low: number, high: number): void {
    if (high === 0) return this.varint32(low)
    this.#reserve(10)
    let restLow = low >>> 0
    let restHigh = high >>> 0
    while (restHigh > 0) {
      this.#buffer[this.#length++] = (restLow & 0x7f) | 0x80
      restLow = ((restLow >>> 7) | (restHigh << 25)) >>> 0
      restHigh >>>= 7
    }
    this.varint32(restLow)
  }

  fixed32(value: number): void {
    this.#reserve(4)
    writeUint32(this.#buffer, this.#length, value)
    this.#length += 4
  }

  fixed64(value: bigint): void {
    this.#reserve(8)
    writeUint64(this.#buffer, this.#length, value)
    this.#length += 8
  }

  /** The same from unsigned halves. */
  fixed64Halves(low: number, high: number): void {
    this.#reserve(8)
    writeUint32(this.#buffer, this.#length, low)
    writeUint32(this.#buffer, this.#length + 4, high)
    this.#length += 8
  }

  double(value: number): void {
    this.#reserve(8)
    writeDouble(this.#buffer, this.#length, value)
    this.#length += 8
  }

  byte(value: number): void {
    this.#reserve(1)
    this.#buffer[this.#length++] = value
  }

  /** Bytes as they are, without a length. */
  raw(source: Uint8Array, start = 0, end: number = source.length): void {
    const size = end - start
    this.#reserve(size)
    if (size < 32) for (let i = 0; i < size; i++) this.#buffer[this.#length + i] = source[start + i]!
    else this.#buffer.set(start === 0 && end === source.length ? source : source.subarray(start, end), this.#length)
    this.#length += size
  }

  /** A whole length-delimited field from a range of bytes. */
  bytesField(field: number, source: Uint8Array, start = 0, end: number = source.length): void {
    this.tag(field, 2)
    this.varint32(end - start)
    this.raw(source, start, end)
  }

  stringField(field: number, text: string): void {
    const mark = this.open(field)
    this.text(text)
    this.close(mark)
  }

  /** UTF-8 without a length. A lone surrogate becomes U+FFFD. */
  text(text: string): void {
    this.#reserve(text.length * 3)
    const target = this.#buffer
    let pos = this.#length
    if (text.length <= 32) {
      let i = 0
      for (; i < text.length; i++) {
        const code = text.charCodeAt(i)
        if (code >= 0x80) break
        target[pos++] = code
      }
      if (i === text.length) {
        this.#length = pos
        return
      }
    }
    this.#length += encoder.encodeInto(text, target.subarray(this.#length)).written
  }

  /** Starts a length-delimited field; hand the result to `close`. */
  open(field: number): number {
    this.tag(field, 2)
    return this.openLength()
  }

  /** Reserves a length without a tag. */
  openLength(): number {
    this.#reserve(1)
    return ++this.#length
  }

  close(mark: number): void {
    const size = this.#length - mark
    if (size < 0x80) {
      this.#buffer[mark - 1] = size
      return
    }
    const extra = size < 0x4000 ? 1 : size < 0x200000 ? 2 : size < 0x10000000 ? 3 : 4
    this.#reserve(extra)
    this.#buffer.copyWithin(mark + extra, mark, this.#length)
    let rest = size
    let pos = mark - 1
    while (rest >= 0x80) {
      this.#buffer[pos++] = (rest & 0x7f) | 0x80
      rest >>>= 7
    }
    this.#buffer[pos] = rest
    this.#length += extra
  }

  #reserve(size: number): void {
    const needed = this.#length + size
    if (needed <= this.#buffer.length) return
    const grown = new Uint8Array(Math.max(needed, this.#buffer.length * 2))
    grown.set(this.#buffer.subarray(0, this.#length))
    this.#buffer = grown
  }
}
