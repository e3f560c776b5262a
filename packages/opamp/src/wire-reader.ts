import { OpampWireError } from './wire-error.ts'

const decoder = new TextDecoder('utf-8', { fatal: false, ignoreBOM: true })

/** Reads protobuf primitives out of a part of a buffer. Everything it throws is an `OpampWireError`. */
export class WireReader {
  readonly #bytes: Uint8Array
  readonly #view: DataView
  #at: number
  readonly #end: number

  constructor(bytes: Uint8Array, start = 0, end: number = bytes.byteLength) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#at = start
    this.#end = end
  }

  get at(): number {
    return this.#at
  }

  get done(): boolean {
    return this.#at >= this.#end
  }

  /** Field number and wire type of the next field. */
  tag(): { field: number; wireType: number } {
    const start = this.#at
    const value = this.varint()
    // 29 bits of field number and three of type: a longer tag is no tag.
    if (value > 0xffffffffn) throw new OpampWireError('a tag of more than 32 bits', start)
    const field = Number(value >> 3n)
    if (field === 0) throw new OpampWireError('field number 0', start)
    return { field, wireType: Number(value & 7n) }
  }

  varint(): bigint {
    const start = this.#at
    let low = 0
    let scale = 1
    // The first seven bytes fit a double; hardly anything here is longer.
    for (let i = 0; i < 7; i++) {
      const byte = this.#byte(start)
      low += (byte & 0x7f) * scale
      if (byte < 0x80) return BigInt(low)
      scale *= 0x80
    }
    let value = BigInt(low)
    for (let shift = 49n; shift < 70n; shift += 7n) {
      const byte = this.#byte(start)
      value |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) return BigInt.asUintN(64, value)
    }
    throw new OpampWireError('a varint of more than ten bytes', start)
  }

  fixed64(): bigint {
    const at = this.#take(8)
    return this.#view.getBigUint64(at, true)
  }

  double(): number {
    const at = this.#take(8)
    return this.#view.getFloat64(at, true)
  }

  /** A copy of the bytes of a length-delimited field. */
  bytes(): Uint8Array {
    const { start, end } = this.range()
    // Not slice(): that of a Buffer is no copy.
    return new Uint8Array(this.#bytes.subarray(start, end))
  }

  text(): string {
    const { start, end } = this.range()
    return decoder.decode(this.#bytes.subarray(start, end))
  }

  /** Where the content of a length-delimited field is; it is stepped over. */
  range(): { start: number; end: number } {
    const at = this.#at
    const length = this.varint()
    if (length > BigInt(this.#end - this.#at)) throw new OpampWireError(`a length of ${length} beyond the end`, at)
    const start = this.#take(Number(length))
    return { start, end: this.#at }
  }

  /** A reader of the content of a length-delimited field. */
  message(): WireReader {
    const { start, end } = this.range()
    return new WireReader(this.#bytes, start, end)
  }

  /** Steps over a field nobody knows here. Groups are not allowed in proto3. */
  skip(wireType: number): void {
    if (wireType === 0) this.varint()
    else if (wireType === 1) this.#take(8)
    else if (wireType === 2) this.range()
    else if (wireType === 5) this.#take(4)
    else throw new OpampWireError(`wire type ${wireType}`, this.#at)
  }

  #byte(start: number): number {
    if (this.#at >= this.#end) throw new OpampWireError('a value that is cut off', start)
    return this.#bytes[this.#at++]!
  }

  #take(count: number): number {
    const at = this.#at
    if (at + count > this.#end) throw new OpampWireError('a value that is cut off', at)
    this.#at += count
    return at
  }
}
