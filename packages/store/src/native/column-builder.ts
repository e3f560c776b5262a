import type { ChunkSink } from './chunk-sink.ts'

/**
 * Collects the values of one column of a Native block.
 *
 * - `length` counts rows; `padTo` appends default values up to a row, which is cheap.
 * - `writePrefix` writes what comes once before the data (dictionary versions), `writeData` the rows.
 * - What was written may refer to the builder's memory: `clear` only after the bytes are used.
 */
export interface ColumnBuilder {
  /** Type name in the block header. */
  readonly type: string
  readonly length: number
  /** Memory in use, bytes. */
  readonly byteLength: number
  padTo(length: number): void
  writePrefix(sink: ChunkSink): void
  writeData(sink: ChunkSink): void
  clear(): void
}
