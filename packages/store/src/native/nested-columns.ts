import type { ChunkSink } from './chunk-sink.ts'
import type { ColumnBuilder } from './column-builder.ts'
import { StringColumn } from './bytes-columns.ts'
import { LowCardinalityColumn } from './low-cardinality-column.ts'
import { Int64Column, NumberColumn } from './number-columns.ts'

/** Array(T): push to `items`, then `endRow`. */
export class ArrayColumn<Items extends ColumnBuilder> implements ColumnBuilder {
  readonly type: string
  readonly items: Items
  private readonly offsets = new Int64Column('UInt64')

  constructor(items: Items) {
    this.items = items
    this.type = `Array(${items.type})`
  }

  get length(): number {
    return this.offsets.length
  }

  get byteLength(): number {
    return this.offsets.byteLength + this.items.byteLength
  }

  /** Ends the row: it holds what was pushed to `items` since the last end. */
  endRow(): void {
    this.offsets.push(this.items.length, 0)
  }

  padTo(length: number): void {
    while (this.offsets.length < length) this.offsets.push(this.items.length, 0)
  }

  writePrefix(sink: ChunkSink): void {
    this.items.writePrefix(sink)
  }

  writeData(sink: ChunkSink): void {
    this.offsets.writeData(sink)
    this.items.writeData(sink)
  }

  clear(): void {
    this.offsets.clear()
    this.items.clear()
  }
}

/** Map(LowCardinality(String), String): push keys and values, then `endRow`. */
export class AttributeMapColumn implements ColumnBuilder {
  readonly type = 'Map(LowCardinality(String), String)'
  readonly keys: LowCardinalityColumn = new LowCardinalityColumn()
  readonly values: StringColumn = new StringColumn()
  private readonly offsets = new Int64Column('UInt64')

  get length(): number {
    return this.offsets.length
  }

  get byteLength(): number {
    return this.offsets.byteLength + this.keys.byteLength + this.values.byteLength
  }

  endRow(): void {
    this.offsets.push(this.keys.length, 0)
  }

  padTo(length: number): void {
    while (this.offsets.length < length) this.endRow()
  }

  writePrefix(sink: ChunkSink): void {
    this.keys.writePrefix(sink)
  }

  writeData(sink: ChunkSink): void {
    this.offsets.writeData(sink)
    this.keys.writeData(sink)
    this.values.writeData(sink)
  }

  clear(): void {
    this.offsets.clear()
    this.keys.clear()
    this.values.clear()
  }
}

/** Tuple(…): push one value to each element, nothing else. */
export class TupleColumn implements ColumnBuilder {
  readonly type: string
  private readonly elements: readonly ColumnBuilder[]

  constructor(elements: readonly ColumnBuilder[]) {
    this.elements = elements
    this.type = `Tuple(${elements.map((element) => element.type).join(', ')})`
  }

  get length(): number {
    return this.elements[0]?.length ?? 0
  }

  get byteLength(): number {
    return this.elements.reduce((sum, element) => sum + element.byteLength, 0)
  }

  padTo(length: number): void {
    for (const element of this.elements) element.padTo(length)
  }

  writePrefix(sink: ChunkSink): void {
    for (const element of this.elements) element.writePrefix(sink)
  }

  writeData(sink: ChunkSink): void {
    for (const element of this.elements) element.writeData(sink)
  }

  clear(): void {
    for (const element of this.elements) element.clear()
  }
}

/** Nullable(Float64). */
export class NullableFloatColumn implements ColumnBuilder {
  readonly type = 'Nullable(Float64)'
  private readonly nulls = new NumberColumn('UInt8')
  private readonly values = new NumberColumn('Float64')

  get length(): number {
    return this.nulls.length
  }

  get byteLength(): number {
    return this.nulls.byteLength + this.values.byteLength
  }

  push(value: number | undefined): void {
    this.nulls.push(value === undefined ? 1 : 0)
    this.values.push(value ?? 0)
  }

  padTo(length: number): void {
    while (this.length < length) this.push(undefined)
  }

  writePrefix(): void {}

  writeData(sink: ChunkSink): void {
    this.nulls.writeData(sink)
    this.values.writeData(sink)
  }

  clear(): void {
    this.nulls.clear()
    this.values.clear()
  }
}
