import { adjustedCount } from '@clew/otlp/adjusted-count'
import type { Batch } from '@clew/otlp/batch'
import { SpanEventView } from '@clew/otlp/views/span-event-view'
import { SpanLinkView } from '@clew/otlp/views/span-link-view'
import { SpanView } from '@clew/otlp/views/span-view'
import { type Block, buildBlock } from '../native/block.ts'
import { FixedStringColumn, SpanIdsColumn, StringColumn } from '../native/bytes-columns.ts'
import type { ColumnBuilder } from '../native/column-builder.ts'
import { LowCardinalityColumn } from '../native/low-cardinality-column.ts'
import { LowCardinalityInt64Column } from '../native/low-cardinality-int64-column.ts'
import { ArrayColumn, AttributeMapColumn } from '../native/nested-columns.ts'
import { Int64Column, NumberColumn } from '../native/number-columns.ts'
import { PROMOTED_SPAN_ATTRIBUTES } from '../schema/promoted.ts'
import type { LevelUses } from './attribute-key-rows.ts'
import { AttributeWriter } from './attribute-writer.ts'
import { nanosNumber, partitionDay } from './day.ts'
import type { InternedRows } from './interned-rows.ts'
import { OperationRows } from './operation-rows.ts'
import { TraceSummaryRows } from './trace-summary-rows.ts'

const NO_ID = new Uint8Array(0)
const TRACE_ID_BYTES = 16
const SPAN_ID_BYTES = 8

/** Enum numbers beyond a byte mean nothing today; 255 says that there was one. */
function enumByte(value: number): number {
  return value >= 0 && value < 255 ? value : 255
}

/** Rows of `spans`, and of the tables derived from them, for one segment. */
export class SpanRows {
  rows = 0
  private readonly interned: InternedRows
  private readonly span = new SpanView()
  private readonly event = new SpanEventView()
  private readonly link = new SpanLinkView()

  private readonly day = new NumberColumn('Date')
  private readonly start = new Int64Column('UInt64')
  private readonly duration = new Int64Column('Int64')
  private readonly traceId = new FixedStringColumn(TRACE_ID_BYTES)
  private readonly ids = new SpanIdsColumn()
  private readonly traceState = new StringColumn()
  private readonly flags = new NumberColumn('UInt32')
  private readonly name = new LowCardinalityColumn()
  private readonly service = new LowCardinalityColumn()
  private readonly kind = new NumberColumn('UInt8')
  private readonly statusCode = new NumberColumn('UInt8')
  private readonly statusMessage = new StringColumn()
  private readonly resourceId = new LowCardinalityInt64Column('UInt64')
  private readonly scopeId = new LowCardinalityInt64Column('UInt64')
  private readonly adjustedCount = new NumberColumn('Float64')
  private readonly map = new AttributeMapColumn()
  private readonly droppedAttributes = new NumberColumn('UInt32')
  private readonly droppedEvents = new NumberColumn('UInt32')
  private readonly droppedLinks = new NumberColumn('UInt32')
  private readonly eventNanos = new ArrayColumn(new Int64Column('UInt64'))
  private readonly eventName = new ArrayColumn(new LowCardinalityColumn())
  private readonly eventAttributes = new ArrayColumn(new AttributeMapColumn())
  private readonly eventDropped = new ArrayColumn(new NumberColumn('UInt32'))
  private readonly linkTraceId = new ArrayColumn(new FixedStringColumn(TRACE_ID_BYTES))
  private readonly linkSpanId = new ArrayColumn(new FixedStringColumn(SPAN_ID_BYTES))
  private readonly linkTraceState = new ArrayColumn(new StringColumn())
  private readonly linkFlags = new ArrayColumn(new NumberColumn('UInt32'))
  private readonly linkAttributes = new ArrayColumn(new AttributeMapColumn())
  private readonly linkDropped = new ArrayColumn(new NumberColumn('UInt32'))

  private readonly attributeWriter = new AttributeWriter(this.map, PROMOTED_SPAN_ATTRIBUTES)
  private readonly eventWriter = new AttributeWriter(this.eventAttributes.items)
  private readonly linkWriter = new AttributeWriter(this.linkAttributes.items)
  private readonly summaries = new TraceSummaryRows()
  private readonly operations = new OperationRows()
  private readonly columns: ReadonlyMap<string, ColumnBuilder>

  constructor(interned: InternedRows) {
    this.interned = interned
    this.columns = new Map<string, ColumnBuilder>([
      ['Day', this.day],
      ['StartNanos', this.start],
      ['DurationNanos', this.duration],
      ['TraceId', this.traceId],
      ['Ids', this.ids],
      ['TraceState', this.traceState],
      ['Flags', this.flags],
      ['Name', this.name],
      ['Service', this.service],
      ['Kind', this.kind],
      ['StatusCode', this.statusCode],
      ['StatusMessage', this.statusMessage],
      ['ResourceId', this.resourceId],
      ['ScopeId', this.scopeId],
      ['AdjustedCount', this.adjustedCount],
      ['Attributes', this.map],
      ['DroppedAttributes', this.droppedAttributes],
      ['DroppedEvents', this.droppedEvents],
      ['DroppedLinks', this.droppedLinks],
      ['EventNanos', this.eventNanos],
      ['EventName', this.eventName],
      ['EventAttributes', this.eventAttributes],
      ['EventDroppedAttributes', this.eventDropped],
      ['LinkTraceId', this.linkTraceId],
      ['LinkSpanId', this.linkSpanId],
      ['LinkTraceState', this.linkTraceState],
      ['LinkFlags', this.linkFlags],
      ['LinkAttributes', this.linkAttributes],
      ['LinkDroppedAttributes', this.linkDropped],
      ...this.attributeWriter.builders(),
    ])
  }

  /** Memory that grows with the rows, bytes. */
  get byteLength(): number {
    let bytes = 0
    for (const column of this.columns.values()) bytes += column.byteLength
    return bytes
  }

  /** Appends a batch of traces. */
  add(batch: Batch, arrivalDay: number): void {
    this.span.bind(batch)
    this.interned.bind(batch)
    const count = batch.itemCount
    let scope = -1
    let service = 0
    for (let item = 0; item < count; item++) {
      const itsScope = batch.itemScope[item]!
      if (itsScope !== scope) {
        scope = itsScope
        const interned = this.interned
        interned.enterScope(scope)
        service = this.service.dictionary.indexOf(interned.service, interned.serviceStart, interned.serviceEnd)
      }
      this.span.seek(item)
      this.addSpan(arrivalDay, service)
    }
  }

  blocks(createdMillis: number): [string, Block][] {
    if (this.rows === 0) return []
    return [
      ['spans', buildBlock(this.columns, this.rows)],
      ...this.summaries.blocks(createdMillis),
      ...this.operations.blocks(this.service.dictionary, this.name.dictionary),
    ]
  }

  /** What spans, events and links had. */
  uses(): LevelUses[] {
    return [
      { signal: 'traces', level: 'span', uses: this.attributeWriter.uses() },
      { signal: 'traces', level: 'event', uses: this.eventWriter.uses() },
      { signal: 'traces', level: 'link', uses: this.linkWriter.uses() },
    ]
  }

  clear(): void {
    for (const column of this.columns.values()) column.clear()
    this.attributeWriter.clear()
    this.eventWriter.clear()
    this.linkWriter.clear()
    this.summaries.clear()
    this.operations.clear()
    this.rows = 0
  }

  private addSpan(arrivalDay: number, service: number): void {
    const span = this.span
    const interned = this.interned
    const source = span.source
    const row = this.rows
    const startNanos = nanosNumber(span.startLow, span.startHigh)
    const day = partitionDay(startNanos, arrivalDay)
    interned.use(day)
    this.day.push(day)
    this.start.push(span.startLow, span.startHigh)
    const borrow = span.endLow < span.startLow ? 1 : 0
    const durationLow = (span.endLow - span.startLow) >>> 0
    const durationHigh = (span.endHigh - span.startHigh - borrow) >>> 0
    this.duration.push(durationLow, durationHigh)
    const traceIdAt = span.traceIdAt
    const traceSource = traceIdAt < 0 ? NO_ID : source
    this.traceId.push(traceSource, traceIdAt, traceIdAt + (traceIdAt < 0 ? 0 : TRACE_ID_BYTES))
    this.ids.push(source, span.spanIdAt, span.parentSpanIdAt)
    if (span.traceStateEnd > span.traceStateStart)
      this.traceState.put(row, source, span.traceStateStart, span.traceStateEnd)
    if (span.flags !== 0) this.flags.put(row, span.flags)
    const name = this.name.dictionary.indexOf(source, span.nameStart, span.nameEnd)
    this.name.pushIndex(name)
    this.service.pushIndex(service)
    const kind = enumByte(span.kind)
    const status = enumByte(span.statusCode)
    this.kind.push(kind)
    if (status !== 0) this.statusCode.put(row, status)
    if (span.statusMessageEnd > span.statusMessageStart)
      this.statusMessage.put(row, source, span.statusMessageStart, span.statusMessageEnd)
    this.resourceId.push(interned.resourceLow, interned.resourceHigh)
    this.scopeId.push(interned.scopeLow, interned.scopeHigh)
    const adjusted = span.traceStateEnd > span.traceStateStart ? (adjustedCount(span.traceState()) ?? 1) : 1
    this.adjustedCount.push(adjusted)
    this.attributeWriter.write(span.attributes, row)
    if (span.droppedAttributes !== 0) this.droppedAttributes.put(row, span.droppedAttributes)
    if (span.droppedEvents !== 0) this.droppedEvents.put(row, span.droppedEvents)
    if (span.droppedLinks !== 0) this.droppedLinks.put(row, span.droppedLinks)
    if (span.events.count > 0) this.addEvents(row)
    if (span.links.count > 0) this.addLinks(row)
    const durationNanos = (durationHigh | 0) * 0x1_0000_0000 + durationLow
    this.summaries.add(span, day, durationHigh >= 0x8000_0000, status === 2)
    this.operations.add(Math.floor(startNanos / 60e9), day, service, name, kind, status === 2, durationNanos, adjusted)
    this.rows++
  }

  private addEvents(row: number): void {
    const event = this.event
    const columns = [this.eventNanos, this.eventName, this.eventAttributes, this.eventDropped]
    for (const column of columns) column.padTo(row)
    for (let i = 0; i < this.span.events.count; i++) {
      event.seek(this.span, i)
      this.eventNanos.items.push(event.timeLow, event.timeHigh)
      this.eventName.items.push(event.source, event.nameStart, event.nameEnd)
      this.eventWriter.write(event.attributes, i)
      this.eventDropped.items.push(event.droppedAttributes)
    }
    for (const column of columns) column.endRow()
  }

  private addLinks(row: number): void {
    const link = this.link
    const columns = [
      this.linkTraceId,
      this.linkSpanId,
      this.linkTraceState,
      this.linkFlags,
      this.linkAttributes,
      this.linkDropped,
    ]
    for (const column of columns) column.padTo(row)
    for (let i = 0; i < this.span.links.count; i++) {
      link.seek(this.span, i)
      this.linkTraceId.items.push(
        link.source,
        link.traceIdAt,
        link.traceIdAt + (link.traceIdAt < 0 ? 0 : TRACE_ID_BYTES),
      )
      this.linkSpanId.items.push(link.source, link.spanIdAt, link.spanIdAt + (link.spanIdAt < 0 ? 0 : SPAN_ID_BYTES))
      this.linkTraceState.items.push(link.source, link.traceStateStart, link.traceStateEnd)
      this.linkFlags.items.push(link.flags)
      this.linkWriter.write(link.attributes, i)
      this.linkDropped.items.push(link.droppedAttributes)
    }
    for (const column of columns) column.endRow()
  }
}
