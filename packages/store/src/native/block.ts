import { ChunkSink } from './chunk-sink.ts'
import type { ColumnBuilder } from './column-builder.ts'

/** One Native block: what a segment holds of one table. */
export interface Block {
  readonly rows: number
  /** Names of the columns in the block; the others get their defaults. */
  readonly columns: readonly string[]
  readonly chunks: readonly Uint8Array[]
  readonly byteLength: number
}

/**
 * A block of `rows` rows from named builders. Builders that were never pushed to are left out (the engine fills in the
 * default); shorter ones are padded. The chunks refer to the builders' memory.
 */
export function buildBlock(columns: ReadonlyMap<string, ColumnBuilder>, rows: number): Block {
  const used = [...columns].filter(([, builder]) => builder.length > 0)
  const sink = new ChunkSink()
  sink.varUint(used.length)
  sink.varUint(rows)
  for (const [name, builder] of used) {
    builder.padTo(rows)
    if (builder.length !== rows) throw new RangeError(`column ${name} has ${builder.length} rows instead of ${rows}`)
    sink.text(name)
    sink.text(builder.type)
    builder.writePrefix(sink)
    builder.writeData(sink)
  }
  const chunks = sink.finish()
  return { rows, columns: used.map(([name]) => name), chunks, byteLength: sink.byteLength }
}
