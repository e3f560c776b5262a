import type { Batch } from '@clew/otlp/batch'
import {
  METRIC_EXPONENTIAL_HISTOGRAM,
  METRIC_GAUGE,
  METRIC_HISTOGRAM,
  METRIC_SUM,
  METRIC_SUMMARY,
  MetricView,
} from '@clew/otlp/views/metric-view'
import { PointView } from '@clew/otlp/views/point-view'
import { type Block, buildBlock } from '../native/block.ts'
import type { ColumnBuilder } from '../native/column-builder.ts'
import { LowCardinalityColumn } from '../native/low-cardinality-column.ts'
import { AttributeMapColumn } from '../native/nested-columns.ts'
import { Int64Column, NumberColumn } from '../native/number-columns.ts'
import { AttributeCounter } from './attribute-counter.ts'
import type { LevelUses } from './attribute-key-rows.ts'
import { AttributeWriter } from './attribute-writer.ts'
import { nanosNumber, partitionDay } from './day.ts'
import { hash64, hashAttributes, hashHigh, hashLow, mixHash64 } from './hash64.ts'
import type { InternedRows } from './interned-rows.ts'
import {
  ExpHistogramPointTable,
  HistogramPointTable,
  NumberPointTable,
  type PointTable,
  SummaryPointTable,
} from './point-tables.ts'
import type { RecentKeys } from './recent-keys.ts'

const SERIES = 3

/** `metric_series.Type` by the kind of metric data. */
const TYPE_NUMBER = new Map([
  [METRIC_GAUGE, 1],
  [METRIC_SUM, 2],
  [METRIC_HISTOGRAM, 3],
  [METRIC_EXPONENTIAL_HISTOGRAM, 4],
  [METRIC_SUMMARY, 5],
])

/** Rows of `metric_series` and of the five point tables for one segment. */
export class MetricRows {
  private readonly interned: InternedRows
  private readonly written: RecentKeys
  private readonly metric = new MetricView()
  private readonly point = new PointView()
  private readonly series = new SeriesTable()
  private readonly pointUses = new AttributeCounter()
  private readonly tables: ReadonlyMap<number, PointTable> = new Map<number, PointTable>([
    [METRIC_GAUGE, new NumberPointTable('metric_gauge')],
    [METRIC_SUM, new NumberPointTable('metric_sum')],
    [METRIC_HISTOGRAM, new HistogramPointTable('metric_histogram')],
    [METRIC_EXPONENTIAL_HISTOGRAM, new ExpHistogramPointTable('metric_exp_histogram')],
    [METRIC_SUMMARY, new SummaryPointTable('metric_summary')],
  ])

  constructor(interned: InternedRows, written: RecentKeys) {
    this.interned = interned
    this.written = written
  }

  /** Points so far. */
  get rows(): number {
    let rows = 0
    for (const table of this.tables.values()) rows += table.rows
    return rows
  }

  /** Appends a batch of metrics. */
  add(batch: Batch, arrivalDay: number): void {
    this.metric.bind(batch)
    this.interned.bind(batch)
    for (let item = 0; item < batch.itemCount; item++) {
      this.interned.enterScope(batch.itemScope[item]!)
      this.metric.seek(item)
      const table = this.tables.get(this.metric.type)
      if (table !== undefined) this.addPoints(table, arrivalDay)
    }
  }

  blocks(): [string, Block][] {
    return [...this.series.blocks(), ...[...this.tables.values()].flatMap((table) => table.blocks())]
  }

  uses(): LevelUses[] {
    return [{ signal: 'metrics', level: 'point', uses: this.pointUses.uses() }]
  }

  clear(): void {
    this.series.clear()
    this.pointUses.clear()
    for (const table of this.tables.values()) table.clear()
  }

  private addPoints(table: PointTable, arrivalDay: number): void {
    const { metric, point, interned } = this
    const source = metric.source
    hash64(source, metric.nameStart, metric.nameEnd, metric.type, metric.temporality * 2 + (metric.monotonic ? 1 : 0))
    hash64(source, metric.unitStart, metric.unitEnd, hashLow, hashHigh)
    mixHash64(interned.resourceLow, interned.resourceHigh, hashLow, hashHigh)
    mixHash64(interned.scopeLow, interned.scopeHigh, hashLow, hashHigh)
    const metricLow = hashLow
    const metricHigh = hashHigh
    for (let i = 0; i < metric.points.count; i++) {
      point.seek(metric, i)
      const day = partitionDay(nanosNumber(point.timeLow, point.timeHigh), arrivalDay)
      interned.use(day)
      hashAttributes(point.attributes, metricLow, metricHigh)
      const seriesLow = hashLow
      const seriesHigh = hashHigh
      this.pointUses.count(point.attributes)
      if (this.written.add(SERIES, seriesLow, seriesHigh, day))
        this.series.add(metric, point, interned, day, seriesLow, seriesHigh)
      const { nameStart, nameEnd } = metric
      table.add({ day, source, nameStart, nameEnd, seriesLow, seriesHigh }, point)
    }
  }
}

class SeriesTable {
  private rows = 0
  private readonly day = new NumberColumn('Date')
  private readonly id = new Int64Column('UInt64')
  private readonly name = new LowCardinalityColumn()
  private readonly type = new NumberColumn('UInt8')
  private readonly unit = new LowCardinalityColumn()
  private readonly description = new LowCardinalityColumn()
  private readonly temporality = new NumberColumn('UInt8')
  private readonly monotonic = new NumberColumn('UInt8')
  private readonly service = new LowCardinalityColumn()
  private readonly resourceId = new Int64Column('UInt64')
  private readonly scopeId = new Int64Column('UInt64')
  private readonly attributes = new AttributeMapColumn()
  private readonly metadata = new AttributeMapColumn()
  private readonly attributeWriter = new AttributeWriter(this.attributes)
  private readonly metadataWriter = new AttributeWriter(this.metadata)
  private readonly columns: ReadonlyMap<string, ColumnBuilder> = new Map<string, ColumnBuilder>([
    ['Day', this.day],
    ['SeriesId', this.id],
    ['Name', this.name],
    ['Type', this.type],
    ['Unit', this.unit],
    ['Description', this.description],
    ['Temporality', this.temporality],
    ['Monotonic', this.monotonic],
    ['Service', this.service],
    ['ResourceId', this.resourceId],
    ['ScopeId', this.scopeId],
    ['Attributes', this.attributes],
    ['Metadata', this.metadata],
  ])

  add(
    metric: MetricView,
    point: PointView,
    interned: InternedRows,
    day: number,
    seriesLow: number,
    seriesHigh: number,
  ): void {
    const source = metric.source
    this.day.push(day)
    this.id.push(seriesLow, seriesHigh)
    this.name.push(source, metric.nameStart, metric.nameEnd)
    this.type.push(TYPE_NUMBER.get(metric.type) ?? 0)
    this.unit.push(source, metric.unitStart, metric.unitEnd)
    this.description.push(source, metric.descriptionStart, metric.descriptionEnd)
    this.temporality.push(metric.temporality >= 0 && metric.temporality < 255 ? metric.temporality : 255)
    this.monotonic.push(metric.monotonic ? 1 : 0)
    this.service.push(interned.service, interned.serviceStart, interned.serviceEnd)
    this.resourceId.push(interned.resourceLow, interned.resourceHigh)
    this.scopeId.push(interned.scopeLow, interned.scopeHigh)
    this.attributeWriter.write(point.attributes, this.rows)
    this.metadataWriter.write(metric.metadata, this.rows)
    this.rows++
  }

  blocks(): [string, Block][] {
    return this.rows === 0 ? [] : [['metric_series', buildBlock(this.columns, this.rows)]]
  }

  clear(): void {
    for (const column of this.columns.values()) column.clear()
    this.attributeWriter.clear()
    this.metadataWriter.clear()
    this.rows = 0
  }
}
