import type { DoubleList, Uint64List } from '@clew/otlp/views/number-list'
import { NUMBER_INT, type PointView } from '@clew/otlp/views/point-view'
import { type Block, buildBlock } from '../native/block.ts'
import type { ColumnBuilder } from '../native/column-builder.ts'
import { LowCardinalityColumn } from '../native/low-cardinality-column.ts'
import { ArrayColumn, NullableFloatColumn } from '../native/nested-columns.ts'
import { Int64Column, NumberColumn } from '../native/number-columns.ts'
import { ExemplarColumns } from './exemplar-columns.ts'

/** What every point has besides its value. */
export interface PointHead {
  readonly day: number
  readonly source: Uint8Array
  readonly nameStart: number
  readonly nameEnd: number
  readonly seriesLow: number
  readonly seriesHigh: number
}

/** Rows of one of the five point tables for one segment. */
export abstract class PointTable {
  rows = 0
  protected readonly exemplars: ExemplarColumns = new ExemplarColumns()
  private readonly table: string
  private readonly day = new NumberColumn('Date')
  private readonly name = new LowCardinalityColumn()
  private readonly series = new Int64Column('UInt64')
  private readonly at = new Int64Column('UInt64')
  private readonly start = new Int64Column('UInt64')
  private readonly flags = new NumberColumn('UInt32')
  private readonly columns: Map<string, ColumnBuilder>

  constructor(table: string) {
    this.table = table
    this.columns = new Map<string, ColumnBuilder>([
      ['Day', this.day],
      ['Name', this.name],
      ['SeriesId', this.series],
      ['AtNanos', this.at],
      ['StartNanos', this.start],
      ['Flags', this.flags],
      ...this.exemplars.columns,
    ])
  }

  add(head: PointHead, point: PointView): void {
    this.day.push(head.day)
    this.name.push(head.source, head.nameStart, head.nameEnd)
    this.series.push(head.seriesLow, head.seriesHigh)
    this.at.push(point.timeLow, point.timeHigh)
    this.start.push(point.startTimeLow, point.startTimeHigh)
    if (point.flags !== 0) this.flags.put(this.rows, point.flags)
    this.exemplars.write(point, this.rows)
    this.addValue(point)
    this.rows++
  }

  blocks(): [string, Block][] {
    return this.rows === 0 ? [] : [[this.table, buildBlock(this.columns, this.rows)]]
  }

  clear(): void {
    for (const column of this.columns.values()) column.clear()
    this.exemplars.clear()
    this.rows = 0
  }

  protected abstract addValue(point: PointView): void

  /** For subclasses: their columns. */
  protected own<Builder extends ColumnBuilder>(name: string, builder: Builder): Builder {
    this.columns.set(name, builder)
    return builder
  }
}

/** Gauges and sums. */
export class NumberPointTable extends PointTable {
  private readonly value = this.own('Value', new NumberColumn('Float64'))
  private readonly int = this.own('IntValue', new Int64Column('Int64'))
  private readonly valueType = this.own('ValueType', new NumberColumn('UInt8'))

  protected override addValue(point: PointView): void {
    const isInt = point.numberType === NUMBER_INT
    this.value.push(isInt ? (point.intHigh | 0) * 0x1_0000_0000 + point.intLow : point.double)
    this.int.push(isInt ? point.intLow : 0, isInt ? point.intHigh : 0)
    this.valueType.push(point.numberType)
  }
}

/** Columns of both kinds of histogram. */
abstract class DistributionTable extends PointTable {
  private readonly count = this.own('Count', new Int64Column('UInt64'))
  private readonly sum = this.own('Sum', new NullableFloatColumn())
  private readonly min = this.own('Min', new NullableFloatColumn())
  private readonly max = this.own('Max', new NullableFloatColumn())

  protected override addValue(point: PointView): void {
    this.count.push(point.countLow, point.countHigh)
    this.sum.push(point.hasSum ? point.sum : undefined)
    this.min.push(point.hasMin ? point.min : undefined)
    this.max.push(point.hasMax ? point.max : undefined)
  }
}

/** Histograms with explicit bounds. */
export class HistogramPointTable extends DistributionTable {
  private readonly counts = this.own('BucketCounts', new ArrayColumn(new Int64Column('UInt64')))
  private readonly bounds = this.own('Bounds', new ArrayColumn(new NumberColumn('Float64')))

  protected override addValue(point: PointView): void {
    super.addValue(point)
    pushCounts(this.counts, point.bucketCounts)
    pushDoubles(this.bounds, point.explicitBounds)
  }
}

/** Exponential histograms. */
export class ExpHistogramPointTable extends DistributionTable {
  private readonly scale = this.own('Scale', new NumberColumn('Int32'))
  private readonly zeroCount = this.own('ZeroCount', new Int64Column('UInt64'))
  private readonly zeroThreshold = this.own('ZeroThreshold', new NumberColumn('Float64'))
  private readonly positiveOffset = this.own('PositiveOffset', new NumberColumn('Int32'))
  private readonly positiveCounts = this.own('PositiveCounts', new ArrayColumn(new Int64Column('UInt64')))
  private readonly negativeOffset = this.own('NegativeOffset', new NumberColumn('Int32'))
  private readonly negativeCounts = this.own('NegativeCounts', new ArrayColumn(new Int64Column('UInt64')))

  protected override addValue(point: PointView): void {
    super.addValue(point)
    this.scale.push(point.scale)
    this.zeroCount.push(point.zeroCountLow, point.zeroCountHigh)
    this.zeroThreshold.push(point.zeroThreshold)
    this.positiveOffset.push(point.positive.offset)
    pushCounts(this.positiveCounts, point.positive.counts)
    this.negativeOffset.push(point.negative.offset)
    pushCounts(this.negativeCounts, point.negative.counts)
  }
}

/** Summaries. */
export class SummaryPointTable extends PointTable {
  private readonly count = this.own('Count', new Int64Column('UInt64'))
  private readonly sum = this.own('Sum', new NumberColumn('Float64'))
  private readonly quantiles = this.own('Quantiles', new ArrayColumn(new NumberColumn('Float64')))
  private readonly values = this.own('QuantileValues', new ArrayColumn(new NumberColumn('Float64')))

  protected override addValue(point: PointView): void {
    this.count.push(point.countLow, point.countHigh)
    this.sum.push(point.sum)
    pushDoubles(this.quantiles, point.quantiles)
    pushDoubles(this.values, point.quantileValues)
  }
}

function pushCounts(column: ArrayColumn<Int64Column>, list: Uint64List): void {
  for (let i = 0; i < list.count; i++) column.items.push(list.halves[i * 2]!, list.halves[i * 2 + 1]!)
  column.endRow()
}

function pushDoubles(column: ArrayColumn<NumberColumn>, list: DoubleList): void {
  for (let i = 0; i < list.count; i++) column.items.push(list.values[i]!)
  column.endRow()
}
