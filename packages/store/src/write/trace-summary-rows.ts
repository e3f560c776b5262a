import type { SpanView } from '@clew/otlp/views/span-view'
import { type Block, buildBlock } from '../native/block.ts'
import { type ByteDictionary } from '../native/byte-dictionary.ts'
import { FixedStringColumn, StringColumn } from '../native/bytes-columns.ts'
import type { ColumnBuilder } from '../native/column-builder.ts'
import { ArrayColumn, TupleColumn } from '../native/nested-columns.ts'
import { Int64Column, NumberColumn } from '../native/number-columns.ts'
import { uint32At } from '@clew/otlp/wire/fixed'
import { GrowingFloats } from './growing-floats.ts'
import { IntTable } from './int-table.ts'

/** 32-bit fields of an entry. */
const FIELD = {
  day: 0,
  minLow: 1,
  minHigh: 2,
  maxLow: 3,
  maxHigh: 4,
  endLow: 5,
  endHigh: 6,
  spans: 7,
  errors: 8,
  isRoot: 9,
  rootLow: 10,
  rootHigh: 11,
  service: 12,
  name: 13,
  durationLow: 14,
  durationHigh: 15,
  /** Index + 1 into the list of services. */
  services: 16,
} as const
const FIELDS = 17
const FIRST_ENTRIES = 256

function less(lowA: number, highA: number, lowB: number, highB: number): boolean {
  return highA < highB || (highA === highB && lowA < lowB)
}

/** One row of `trace_summaries` per trace in a segment. */
export class TraceSummaryRows {
  private readonly traces = new IntTable()
  private fields = new Uint32Array(FIRST_ENTRIES * FIELDS)
  private readonly rootAdjusted = new GrowingFloats()
  /** Linked list of (service, next + 1). */
  private services = new Uint32Array(FIRST_ENTRIES * 2)
  private serviceCount = 0

  add(
    span: SpanView,
    day: number,
    service: number,
    name: number,
    durationLow: number,
    durationHigh: number,
    status: number,
    adjusted: number,
  ): void {
    const id = span.traceIdAt
    if (id < 0) return
    const source = span.source
    const entry = this.traces.indexOf(
      uint32At(source, id),
      uint32At(source, id + 4),
      uint32At(source, id + 8),
      uint32At(source, id + 12),
    )
    const at = entry * FIELDS
    if (at === this.fields.length) {
      const next = new Uint32Array(this.fields.length * 2)
      next.set(this.fields)
      this.fields = next
    }
    const fields = this.fields
    const isNew = fields[at + FIELD.spans] === 0
    const low = span.startLow
    const high = span.startHigh
    if (isNew || less(low, high, fields[at + FIELD.minLow]!, fields[at + FIELD.minHigh]!)) {
      fields[at + FIELD.minLow] = low
      fields[at + FIELD.minHigh] = high
      fields[at + FIELD.day] = day
    }
    if (isNew || less(fields[at + FIELD.maxLow]!, fields[at + FIELD.maxHigh]!, low, high)) {
      fields[at + FIELD.maxLow] = low
      fields[at + FIELD.maxHigh] = high
    }
    const endsBefore = durationHigh >= 0x8000_0000
    const endLow = endsBefore ? low : span.endLow
    const endHigh = endsBefore ? high : span.endHigh
    if (isNew || less(fields[at + FIELD.endLow]!, fields[at + FIELD.endHigh]!, endLow, endHigh)) {
      fields[at + FIELD.endLow] = endLow
      fields[at + FIELD.endHigh] = endHigh
    }
    fields[at + FIELD.spans]!++
    if (status === 2) fields[at + FIELD.errors]!++
    const isRoot = isZero(source, span.parentSpanIdAt) ? 1 : 0
    const known = fields[at + FIELD.isRoot]!
    const earlier = less(low, high, fields[at + FIELD.rootLow]!, fields[at + FIELD.rootHigh]!)
    if (isNew || isRoot > known || (isRoot === known && earlier)) {
      fields[at + FIELD.isRoot] = isRoot
      fields[at + FIELD.rootLow] = low
      fields[at + FIELD.rootHigh] = high
      fields[at + FIELD.service] = service
      fields[at + FIELD.name] = name
      fields[at + FIELD.durationLow] = durationLow
      fields[at + FIELD.durationHigh] = durationHigh
      this.rootAdjusted.set(entry, adjusted)
    }
    this.addService(at, service)
  }

  blocks(serviceNames: ByteDictionary, spanNames: ByteDictionary): [string, Block][] {
    const rows = this.traces.size
    if (rows === 0) return []
    const columns = makeColumns()
    const idBytes = new Uint8Array(16)
    const idWords = new DataView(idBytes.buffer)
    for (let entry = 0; entry < rows; entry++) {
      const at = entry * FIELDS
      const field = (which: number): number => this.fields[at + which]!
      for (let word = 0; word < 4; word++) idWords.setInt32(word * 4, this.traces.key(entry, word), true)
      columns.day.push(field(FIELD.day))
      columns.traceId.push(idBytes, 0, 16)
      columns.min.push(field(FIELD.minLow), field(FIELD.minHigh))
      columns.max.push(field(FIELD.maxLow), field(FIELD.maxHigh))
      columns.end.push(field(FIELD.endLow), field(FIELD.endHigh))
      columns.spans.push(field(FIELD.spans), 0)
      columns.errors.push(field(FIELD.errors), 0)
      columns.isRoot.push(field(FIELD.isRoot))
      columns.rootOrder.push(~field(FIELD.rootLow) >>> 0, ~field(FIELD.rootHigh) >>> 0)
      pushEntry(columns.service, serviceNames, field(FIELD.service))
      pushEntry(columns.name, spanNames, field(FIELD.name))
      columns.duration.push(field(FIELD.durationLow), field(FIELD.durationHigh))
      columns.adjusted.push(this.rootAdjusted.at(entry))
      for (let next = field(FIELD.services); next !== 0; next = this.services[next * 2 - 1]!) {
        pushEntry(columns.services.items, serviceNames, this.services[next * 2 - 2]!)
      }
      columns.services.endRow()
    }
    return [['trace_summaries', buildBlock(columns.byName, rows)]]
  }

  clear(): void {
    this.fields.fill(0, 0, this.traces.size * FIELDS)
    this.traces.clear()
    this.serviceCount = 0
  }

  private addService(at: number, service: number): void {
    const first = this.fields[at + FIELD.services]!
    for (let next = first; next !== 0; next = this.services[next * 2 - 1]!)
      if (this.services[next * 2 - 2] === service) return
    const index = this.serviceCount++
    if (index * 2 === this.services.length) {
      const grown = new Uint32Array(this.services.length * 2)
      grown.set(this.services)
      this.services = grown
    }
    this.services[index * 2] = service
    this.services[index * 2 + 1] = first
    this.fields[at + FIELD.services] = index + 1
  }
}

function isZero(source: Uint8Array, at: number): boolean {
  return at < 0 || (uint32At(source, at) === 0 && uint32At(source, at + 4) === 0)
}

function pushEntry(column: StringColumn, dictionary: ByteDictionary, entry: number): void {
  column.push(dictionary.data.bytes, dictionary.startOf(entry), dictionary.endOf(entry))
}

function makeColumns() {
  const columns = {
    day: new NumberColumn('Date'),
    traceId: new FixedStringColumn(16),
    min: new Int64Column('UInt64'),
    max: new Int64Column('UInt64'),
    end: new Int64Column('UInt64'),
    spans: new Int64Column('UInt64'),
    errors: new Int64Column('UInt64'),
    isRoot: new NumberColumn('UInt8'),
    rootOrder: new Int64Column('UInt64'),
    service: new StringColumn(),
    name: new StringColumn(),
    duration: new Int64Column('Int64'),
    adjusted: new NumberColumn('Float64'),
    services: new ArrayColumn(new StringColumn()),
  }
  const root = new TupleColumn([
    columns.isRoot,
    columns.rootOrder,
    columns.service,
    columns.name,
    columns.duration,
    columns.adjusted,
  ])
  const byName = new Map<string, ColumnBuilder>([
    ['Day', columns.day],
    ['TraceId', columns.traceId],
    ['MinStartNanos', columns.min],
    ['MaxStartNanos', columns.max],
    ['MaxEndNanos', columns.end],
    ['SpanCount', columns.spans],
    ['ErrorCount', columns.errors],
    ['Root', root],
    ['Services', columns.services],
  ])
  return { ...columns, byName }
}
