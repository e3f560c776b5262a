import { ExemplarView } from '@clew/otlp/views/exemplar-view'
import { NUMBER_INT, type PointView } from '@clew/otlp/views/point-view'
import { FixedStringColumn } from '../native/bytes-columns.ts'
import type { ColumnBuilder } from '../native/column-builder.ts'
import { ArrayColumn, AttributeMapColumn } from '../native/nested-columns.ts'
import { Int64Column, NumberColumn } from '../native/number-columns.ts'
import { AttributeWriter } from './attribute-writer.ts'

/** The exemplars of points, as parallel array columns. */
export class ExemplarColumns {
  readonly columns: readonly (readonly [string, ColumnBuilder])[]
  private readonly view = new ExemplarView()
  private readonly nanos = new ArrayColumn(new Int64Column('UInt64'))
  private readonly value = new ArrayColumn(new NumberColumn('Float64'))
  private readonly int = new ArrayColumn(new Int64Column('Int64'))
  private readonly type = new ArrayColumn(new NumberColumn('UInt8'))
  private readonly traceId = new ArrayColumn(new FixedStringColumn(16))
  private readonly spanId = new ArrayColumn(new FixedStringColumn(8))
  private readonly attributes = new ArrayColumn(new AttributeMapColumn())
  private readonly writer = new AttributeWriter(this.attributes.items)
  private readonly all = [this.nanos, this.value, this.int, this.type, this.traceId, this.spanId, this.attributes]

  constructor() {
    this.columns = [
      ['ExemplarNanos', this.nanos],
      ['ExemplarValue', this.value],
      ['ExemplarInt', this.int],
      ['ExemplarType', this.type],
      ['ExemplarTraceId', this.traceId],
      ['ExemplarSpanId', this.spanId],
      ['ExemplarAttributes', this.attributes],
    ]
  }

  /** Writes the exemplars of a point into a row; nothing when there are none. */
  write(point: PointView, row: number): void {
    if (point.exemplars.count === 0) return
    for (const column of this.all) column.padTo(row)
    const view = this.view
    for (let i = 0; i < point.exemplars.count; i++) {
      view.seek(point, i)
      this.nanos.items.push(view.timeLow, view.timeHigh)
      const isInt = view.numberType === NUMBER_INT
      this.value.items.push(isInt ? Number(view.int()) : view.double)
      this.int.items.push(isInt ? view.intLow : 0, isInt ? view.intHigh : 0)
      this.type.items.push(view.numberType)
      this.traceId.items.push(view.source, view.traceIdAt, view.traceIdAt + (view.traceIdAt < 0 ? 0 : 16))
      this.spanId.items.push(view.source, view.spanIdAt, view.spanIdAt + (view.spanIdAt < 0 ? 0 : 8))
      this.writer.write(view.attributes, i)
    }
    for (const column of this.all) column.endRow()
  }

  /** Call it with the clear of the columns. */
  clear(): void {
    this.writer.clear()
  }
}
