import type { Batch } from '@clew/otlp/batch'
import { LogRecordView } from '@clew/otlp/views/log-record-view'
import { type Block, buildBlock } from '../native/block.ts'
import { FixedStringColumn, StringColumn } from '../native/bytes-columns.ts'
import type { ColumnBuilder } from '../native/column-builder.ts'
import { LowCardinalityColumn } from '../native/low-cardinality-column.ts'
import { AttributeMapColumn } from '../native/nested-columns.ts'
import { Int64Column, NumberColumn } from '../native/number-columns.ts'
import { VALUE_TAG } from '../schema/attribute-value.ts'
import { PROMOTED_LOG_ATTRIBUTES } from '../schema/promoted.ts'
import type { LevelUses } from './attribute-key-rows.ts'
import { AttributeWriter } from './attribute-writer.ts'
import { nanosNumber, partitionDay } from './day.ts'
import { hasId } from './id-bytes.ts'
import type { InternedRows } from './interned-rows.ts'
import { pushValueText } from './value-text.ts'

/** `BodyType` of a record that has no body at all. */
const NO_BODY = 8
/** Row numbers have 22 bits of a record's Id, the segment's creation time the rest. */
const ROWS_PER_MILLI = 2 ** 22

/** Rows of `logs` for one segment. */
export class LogRows {
  rows = 0
  private readonly interned: InternedRows
  private readonly record = new LogRecordView()
  private readonly day = new NumberColumn('Date')
  private readonly at = new Int64Column('UInt64')
  private readonly time = new Int64Column('UInt64')
  private readonly observed = new Int64Column('UInt64')
  private readonly id = new Int64Column('UInt64')
  private readonly service = new LowCardinalityColumn()
  private readonly severityNumber = new NumberColumn('UInt8')
  private readonly severityText = new LowCardinalityColumn()
  private readonly body = new StringColumn()
  private readonly bodyType = new NumberColumn('UInt8')
  private readonly traceId = new FixedStringColumn(16)
  private readonly spanId = new FixedStringColumn(8)
  private readonly flags = new NumberColumn('UInt32')
  private readonly eventName = new LowCardinalityColumn()
  private readonly resourceId = new Int64Column('UInt64')
  private readonly scopeId = new Int64Column('UInt64')
  private readonly map = new AttributeMapColumn()
  private readonly dropped = new NumberColumn('UInt32')
  private readonly writer = new AttributeWriter(this.map, PROMOTED_LOG_ATTRIBUTES)
  private readonly columns: ReadonlyMap<string, ColumnBuilder>

  constructor(interned: InternedRows) {
    this.interned = interned
    this.columns = new Map<string, ColumnBuilder>([
      ['Day', this.day],
      ['AtNanos', this.at],
      ['TimeNanos', this.time],
      ['ObservedNanos', this.observed],
      ['Id', this.id],
      ['Service', this.service],
      ['SeverityNumber', this.severityNumber],
      ['SeverityText', this.severityText],
      ['Body', this.body],
      ['BodyType', this.bodyType],
      ['TraceId', this.traceId],
      ['SpanId', this.spanId],
      ['Flags', this.flags],
      ['EventName', this.eventName],
      ['ResourceId', this.resourceId],
      ['ScopeId', this.scopeId],
      ['Attributes', this.map],
      ['DroppedAttributes', this.dropped],
      ...this.writer.builders(),
    ])
  }

  /** Appends a batch of logs. */
  add(batch: Batch, arrivalDay: number, createdMillis: number): void {
    this.record.bind(batch)
    this.interned.bind(batch)
    let scope = -1
    let service = 0
    for (let item = 0; item < batch.itemCount; item++) {
      if (batch.itemScope[item]! !== scope) {
        scope = batch.itemScope[item]!
        const interned = this.interned
        interned.enterScope(scope)
        service = this.service.dictionary.indexOf(interned.service, interned.serviceStart, interned.serviceEnd)
      }
      this.record.seek(item)
      this.addRecord(arrivalDay, createdMillis, service)
    }
  }

  blocks(): [string, Block][] {
    return this.rows === 0 ? [] : [['logs', buildBlock(this.columns, this.rows)]]
  }

  uses(): LevelUses[] {
    return [{ signal: 'logs', level: 'log', uses: this.writer.uses() }]
  }

  clear(): void {
    for (const column of this.columns.values()) column.clear()
    this.writer.clear()
    this.rows = 0
  }

  private addRecord(arrivalDay: number, createdMillis: number, service: number): void {
    const { record, interned, rows: row } = this
    const source = record.source
    const timed = record.timeLow !== 0 || record.timeHigh !== 0
    const atLow = timed ? record.timeLow : record.observedTimeLow
    const atHigh = timed ? record.timeHigh : record.observedTimeHigh
    const day = partitionDay(nanosNumber(atLow, atHigh), arrivalDay)
    interned.use(day)
    this.day.push(day)
    this.at.push(atLow, atHigh)
    this.time.push(record.timeLow, record.timeHigh)
    this.observed.push(record.observedTimeLow, record.observedTimeHigh)
    this.id.pushBigInt(BigInt(createdMillis) * BigInt(ROWS_PER_MILLI) + BigInt(row))
    this.service.pushIndex(service)
    const severity = record.severityNumber
    if (severity !== 0) this.severityNumber.put(row, severity > 0 && severity < 255 ? severity : 255)
    this.severityText.push(source, record.severityTextStart, record.severityTextEnd)
    this.pushBody()
    if (hasId(source, record.traceIdAt, 16)) {
      this.traceId.padTo(row)
      this.traceId.push(source, record.traceIdAt, record.traceIdAt + 16)
    }
    if (hasId(source, record.spanIdAt, 8)) {
      this.spanId.padTo(row)
      this.spanId.push(source, record.spanIdAt, record.spanIdAt + 8)
    }
    if (record.flags !== 0) this.flags.put(row, record.flags)
    if (record.eventNameEnd > record.eventNameStart)
      this.eventName.put(row, source, record.eventNameStart, record.eventNameEnd)
    this.resourceId.push(interned.resourceLow, interned.resourceHigh)
    this.scopeId.push(interned.scopeLow, interned.scopeHigh)
    this.writer.write(record.attributes, row)
    if (record.droppedAttributes !== 0) this.dropped.put(row, record.droppedAttributes)
    this.rows++
  }

  private pushBody(): void {
    if (!this.record.hasBody) {
      this.body.push(this.record.source, 0, 0)
      this.bodyType.put(this.rows, NO_BODY)
      return
    }
    const tag = pushValueText(this.body, this.record.body)
    if (tag !== VALUE_TAG.text) this.bodyType.put(this.rows, tag)
  }
}
