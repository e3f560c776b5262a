import { ByteDictionary } from './byte-dictionary.ts'
import { GrowingBytes } from './bytes-columns.ts'
import type { ChunkSink } from './chunk-sink.ts'
import type { ColumnBuilder } from './column-builder.ts'

const FIRST_ROWS = 256
/** Serialization version "shared dictionaries with additional keys". */
const KEYS_VERSION = 1
const HAS_ADDITIONAL_KEYS = 1 << 9
const NEED_UPDATE_DICTIONARY = 1 << 10

/** LowCardinality(String): a dictionary made from the bytes as they come, and one index a row. Default is the empty text. */
export class LowCardinalityColumn implements ColumnBuilder {
  readonly type = 'LowCardinality(String)'
  length = 0
  readonly dictionary: ByteDictionary = new ByteDictionary()
  private indexes = new Uint32Array(FIRST_ROWS)

  get byteLength(): number {
    return this.indexes.byteLength + this.dictionary.byteLength
  }

  push(source: Uint8Array, start: number, end: number): void {
    this.pushIndex(this.dictionary.indexOf(source, start, end))
  }

  put(row: number, source: Uint8Array, start: number, end: number): void {
    this.padTo(row)
    this.pushIndex(this.dictionary.indexOf(source, start, end))
  }

  pushText(text: string): void {
    const bytes = Buffer.from(text, 'utf8')
    this.push(bytes, 0, bytes.length)
  }

  /** A value already known by its number in the dictionary. */
  pushIndex(index: number): void {
    if (this.length === this.indexes.length) this.grow(this.length + 1)
    this.indexes[this.length++] = index
  }

  padTo(length: number): void {
    if (length > this.indexes.length) this.grow(length)
    if (length > this.length) this.length = length
  }

  writePrefix(sink: ChunkSink): void {
    sink.uint64(KEYS_VERSION)
  }

  writeData(sink: ChunkSink): void {
    if (this.length === 0) return
    const size = this.dictionary.size
    const width = size <= 0x100 ? 0 : size <= 0x1_0000 ? 1 : 2
    sink.uint64(HAS_ADDITIONAL_KEYS | NEED_UPDATE_DICTIONARY | width)
    sink.uint64(size)
    const keys = new GrowingBytes()
    for (let entry = 0; entry < size; entry++) {
      const start = this.dictionary.startOf(entry)
      const end = this.dictionary.endOf(entry)
      keys.varUint(end - start)
      keys.append(this.dictionary.data.bytes, start, end)
    }
    sink.bytes(keys.bytes.subarray(0, keys.length))
    sink.uint64(this.length)
    const rows = this.indexes.subarray(0, this.length)
    const packed = width === 0 ? Uint8Array.from(rows) : width === 1 ? Uint16Array.from(rows) : rows
    sink.bytes(new Uint8Array(packed.buffer, packed.byteOffset, packed.byteLength))
  }

  clear(): void {
    this.indexes.fill(0, 0, this.length)
    this.dictionary.clear()
    this.length = 0
  }

  private grow(needed: number): void {
    const next = new Uint32Array(Math.max(needed, this.indexes.length * 2))
    next.set(this.indexes)
    this.indexes = next
  }
}
