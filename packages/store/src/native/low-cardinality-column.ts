import { ByteDictionary } from './byte-dictionary.ts'
import { GrowingBytes } from './bytes-columns.ts'
import type { ChunkSink } from './chunk-sink.ts'
import type { ColumnBuilder } from './column-builder.ts'
import { DICTIONARY_VERSION, IndexRows } from './low-cardinality-index.ts'

/** LowCardinality(String): a dictionary made from the bytes as they come, and one index a row. Default is the empty text. */
export class LowCardinalityColumn implements ColumnBuilder {
  readonly type = 'LowCardinality(String)'
  readonly dictionary: ByteDictionary = new ByteDictionary()
  private readonly rows = new IndexRows()

  get length(): number {
    return this.rows.length
  }

  get byteLength(): number {
    return this.rows.byteLength + this.dictionary.byteLength
  }

  push(source: Uint8Array, start: number, end: number): void {
    this.rows.push(this.dictionary.indexOf(source, start, end))
  }

  put(row: number, source: Uint8Array, start: number, end: number): void {
    this.rows.padTo(row)
    this.rows.push(this.dictionary.indexOf(source, start, end))
  }

  pushText(text: string): void {
    const bytes = Buffer.from(text, 'utf8')
    this.push(bytes, 0, bytes.length)
  }

  /** A value already known by its number in the dictionary. */
  pushIndex(index: number): void {
    this.rows.push(index)
  }

  padTo(length: number): void {
    this.rows.padTo(length)
  }

  writePrefix(sink: ChunkSink): void {
    sink.uint64(DICTIONARY_VERSION)
  }

  writeData(sink: ChunkSink): void {
    if (this.length === 0) return
    const size = this.dictionary.size
    this.rows.writeHeader(sink, size)
    const keys = new GrowingBytes()
    for (let entry = 0; entry < size; entry++) {
      const start = this.dictionary.startOf(entry)
      const end = this.dictionary.endOf(entry)
      keys.varUint(end - start)
      keys.append(this.dictionary.data.bytes, start, end)
    }
    sink.bytes(keys.bytes.subarray(0, keys.length))
    this.rows.writeRows(sink, size)
  }

  clear(): void {
    this.rows.clear()
    this.dictionary.clear()
  }
}
