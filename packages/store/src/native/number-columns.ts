import { assertUnreachable } from '@clew/base/errors'
import type { ChunkSink } from './chunk-sink.ts'
import type { ColumnBuilder } from './column-builder.ts'

const FIRST_ROWS = 256

type NumberArray = Uint8Array | Uint16Array | Int16Array | Int32Array | Uint32Array | Float64Array

type NumberType = 'UInt8' | 'UInt16' | 'Int16' | 'Int32' | 'UInt32' | 'Float64' | 'Date'

function allocate(type: NumberType, length: number): NumberArray {
  switch (type) {
    case 'UInt8':
      return new Uint8Array(length)
    case 'UInt16':
    case 'Date':
      return new Uint16Array(length)
    case 'Int16':
      return new Int16Array(length)
    case 'Int32':
      return new Int32Array(length)
    case 'UInt32':
      return new Uint32Array(length)
    case 'Float64':
      return new Float64Array(length)
    default:
      return assertUnreachable(type)
  }
}

/**
 * A column of numbers that fit a typed array. They are collected as doubles whatever the type: code that stores to arrays of
 * many kinds is several times slower, and `set` packs them in one go.
 */
export class NumberColumn implements ColumnBuilder {
  readonly type: NumberType
  length = 0
  private values = new Float64Array(FIRST_ROWS)

  constructor(type: NumberType) {
    this.type = type
  }

  get byteLength(): number {
    return this.values.byteLength
  }

  push(value: number): void {
    if (this.length === this.values.length) this.grow(this.length + 1)
    this.values[this.length++] = value
  }

  /** Sets row `row` (at or behind the end), rows between get 0. */
  put(row: number, value: number): void {
    this.padTo(row)
    this.push(value)
  }

  /** The value of a row that was set. */
  at(row: number): number {
    return this.values[row] ?? 0
  }

  padTo(length: number): void {
    if (length > this.values.length) this.grow(length)
    if (length > this.length) this.length = length
  }

  writePrefix(): void {}

  writeData(sink: ChunkSink): void {
    const rows = this.values.subarray(0, this.length)
    let packed: NumberArray = rows
    if (this.type !== 'Float64') {
      packed = allocate(this.type, this.length)
      packed.set(rows)
    }
    sink.bytes(new Uint8Array(packed.buffer, 0, packed.byteLength))
  }

  clear(): void {
    this.values.fill(0, 0, this.length)
    this.length = 0
  }

  private grow(needed: number): void {
    const next = new Float64Array(Math.max(needed, this.values.length * 2))
    next.set(this.values)
    this.values = next
  }
}

/** A column of 64-bit integers, given as two unsigned 32-bit halves so that nothing is rounded and nothing allocated. */
export class Int64Column implements ColumnBuilder {
  readonly type: 'UInt64' | 'Int64'
  length = 0
  private halves = new Uint32Array(FIRST_ROWS * 2)

  constructor(type: 'UInt64' | 'Int64') {
    this.type = type
  }

  get byteLength(): number {
    return this.halves.byteLength
  }

  push(low: number, high: number): void {
    const at = this.length * 2
    if (at === this.halves.length) this.grow(this.length + 1)
    this.halves[at] = low
    this.halves[at + 1] = high
    this.length++
  }

  put(row: number, low: number, high: number): void {
    this.padTo(row)
    this.push(low, high)
  }

  /** A non-negative integer up to 2^53. */
  pushNumber(value: number): void {
    this.push(value >>> 0, Math.floor(value / 0x1_0000_0000))
  }

  pushBigInt(value: bigint): void {
    this.push(Number(value & 0xffff_ffffn), Number((value >> 32n) & 0xffff_ffffn))
  }

  padTo(length: number): void {
    if (length * 2 > this.halves.length) this.grow(length)
    if (length > this.length) this.length = length
  }

  writePrefix(): void {}

  writeData(sink: ChunkSink): void {
    sink.bytes(new Uint8Array(this.halves.buffer, 0, this.length * 8))
  }

  clear(): void {
    this.halves.fill(0, 0, this.length * 2)
    this.length = 0
  }

  private grow(needed: number): void {
    const next = new Uint32Array(Math.max(needed * 2, this.halves.length * 2))
    next.set(this.halves)
    this.halves = next
  }
}
