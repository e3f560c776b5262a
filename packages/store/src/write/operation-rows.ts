import { type Block, buildBlock } from '../native/block.ts'
import type { ByteDictionary } from '../native/byte-dictionary.ts'
import type { ColumnBuilder } from '../native/column-builder.ts'
import { LowCardinalityColumn } from '../native/low-cardinality-column.ts'
import { ArrayColumn, TupleColumn } from '../native/nested-columns.ts'
import { Int64Column, NumberColumn } from '../native/number-columns.ts'
import { durationBucket } from './duration-bucket.ts'
import { GrowingFloats } from './growing-floats.ts'
import { IntTable } from './int-table.ts'

/** Names have 24 bits, kinds 8. More names than that do not fit a segment. */
const KIND_BITS = 8

/** Rows of `operation_stats` for one segment: one per minute, service, name and kind. */
export class OperationRows {
  private readonly operations = new IntTable()
  private readonly spans = new GrowingFloats()
  private readonly errors = new GrowingFloats()
  private readonly adjustedSpans = new GrowingFloats()
  private readonly adjustedErrors = new GrowingFloats()
  private readonly durations = new GrowingFloats()
  /** (operation, bucket) and its weight. */
  private readonly buckets = new IntTable()
  private readonly bucketWeights = new GrowingFloats()

  add(
    minute: number,
    day: number,
    service: number,
    name: number,
    kind: number,
    isError: boolean,
    durationNanos: number,
    adjusted: number,
  ): void {
    const operation = this.operations.indexOf(minute, day, service, (name << KIND_BITS) | kind)
    this.spans.add(operation, 1)
    this.adjustedSpans.add(operation, adjusted)
    if (isError) {
      this.errors.add(operation, 1)
      this.adjustedErrors.add(operation, adjusted)
    }
    this.durations.add(operation, Math.max(0, durationNanos) * adjusted)
    this.bucketWeights.add(this.buckets.indexOf(operation, durationBucket(durationNanos), 0, 0), adjusted)
  }

  blocks(serviceNames: ByteDictionary, spanNames: ByteDictionary): [string, Block][] {
    const rows = this.operations.size
    if (rows === 0) return []
    const day = new NumberColumn('Date')
    const minute = new NumberColumn('UInt32')
    const service = new LowCardinalityColumn()
    const name = new LowCardinalityColumn()
    const kind = new NumberColumn('UInt8')
    const spans = new Int64Column('UInt64')
    const errors = new Int64Column('UInt64')
    const adjustedSpans = new NumberColumn('Float64')
    const adjustedErrors = new NumberColumn('Float64')
    const durations = new NumberColumn('Float64')
    const bucketNumbers = new ArrayColumn(new NumberColumn('Int16'))
    const bucketWeights = new ArrayColumn(new NumberColumn('Float64'))
    const bucketsOf = this.bucketLists(rows)
    for (let row = 0; row < rows; row++) {
      const nameAndKind = this.operations.key(row, 3)
      minute.push(this.operations.key(row, 0) >>> 0)
      day.push(this.operations.key(row, 1))
      pushEntry(service, serviceNames, this.operations.key(row, 2))
      pushEntry(name, spanNames, nameAndKind >>> KIND_BITS)
      kind.push(nameAndKind & 0xff)
      spans.pushNumber(this.spans.at(row))
      errors.pushNumber(this.errors.at(row))
      adjustedSpans.push(this.adjustedSpans.at(row))
      adjustedErrors.push(this.adjustedErrors.at(row))
      durations.push(this.durations.at(row))
      for (const entry of bucketsOf[row] ?? []) {
        bucketNumbers.items.push(this.buckets.key(entry, 1))
        bucketWeights.items.push(this.bucketWeights.at(entry))
      }
      bucketNumbers.endRow()
      bucketWeights.endRow()
    }
    const columns = new Map<string, ColumnBuilder>([
      ['Day', day],
      ['Minute', minute],
      ['Service', service],
      ['Name', name],
      ['Kind', kind],
      ['Spans', spans],
      ['Errors', errors],
      ['AdjustedSpans', adjustedSpans],
      ['AdjustedErrors', adjustedErrors],
      ['AdjustedDurationNanos', durations],
      ['DurationBuckets', new TupleColumn([bucketNumbers, bucketWeights])],
    ])
    return [['operation_stats', buildBlock(columns, rows)]]
  }

  clear(): void {
    this.operations.clear()
    this.buckets.clear()
    for (const list of [this.spans, this.errors, this.adjustedSpans, this.adjustedErrors, this.durations]) list.clear()
    this.bucketWeights.clear()
  }

  /** Bucket entries of each operation, by rising bucket. */
  private bucketLists(rows: number): number[][] {
    const lists: number[][] = Array.from({ length: rows }, () => [])
    for (let entry = 0; entry < this.buckets.size; entry++) lists[this.buckets.key(entry, 0)]!.push(entry)
    for (const list of lists) list.sort((a, b) => this.buckets.key(a, 1) - this.buckets.key(b, 1))
    return lists
  }
}

function pushEntry(column: LowCardinalityColumn, dictionary: ByteDictionary, entry: number): void {
  column.push(dictionary.data.bytes, dictionary.startOf(entry), dictionary.endOf(entry))
}
