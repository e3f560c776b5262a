import type { ChunkSink } from './chunk-sink.ts'

const FIRST_ROWS = 256
/** Serialization version "shared dictionaries with additional keys". */
export const DICTIONARY_VERSION = 1
const HAS_ADDITIONAL_KEYS = 1 << 9
const NEED_UPDATE_DICTIONARY = 1 << 10

/** The rows of a LowCardinality column: one dictionary index each; 0, the default, where nothing was pushed. */
export class IndexRows {
  length = 0
  private indexes = new Uint32Array(FIRST_ROWS)

  get byteLength(): number {
    return this.indexes.byteLength
  }

  push(index: number): void {
    if (this.length === this.indexes.length) this.grow(this.length + 1)
    this.indexes[this.length++] = index
  }

  padTo(length: number): void {
    if (length > this.indexes.length) this.grow(length)
    if (length > this.length) this.length = length
  }

  /** What stands before the entries of a dictionary of `size` entries. */
  writeHeader(sink: ChunkSink, size: number): void {
    sink.uint64(HAS_ADDITIONAL_KEYS | NEED_UPDATE_DICTIONARY | indexWidth(size))
    sink.uint64(size)
  }

  /** What stands behind them. */
  writeRows(sink: ChunkSink, size: number): void {
    sink.uint64(this.length)
    const rows = this.indexes.subarray(0, this.length)
    const width = indexWidth(size)
    const packed = width === 0 ? Uint8Array.from(rows) : width === 1 ? Uint16Array.from(rows) : rows
    sink.bytes(new Uint8Array(packed.buffer, packed.byteOffset, packed.byteLength))
  }

  clear(): void {
    this.indexes.fill(0, 0, this.length)
    this.length = 0
  }

  private grow(needed: number): void {
    const next = new Uint32Array(Math.max(needed, this.indexes.length * 2))
    next.set(this.indexes)
    this.indexes = next
  }
}

/** 0: one byte, 1: two, 2: four. */
function indexWidth(size: number): 0 | 1 | 2 {
  return size <= 0x100 ? 0 : size <= 0x1_0000 ? 1 : 2
}
