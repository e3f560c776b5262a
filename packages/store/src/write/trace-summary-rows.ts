import { uint32At } from '@clew/otlp/wire/fixed'
import type { SpanView } from '@clew/otlp/views/span-view'
import { type Block, buildBlock } from '../native/block.ts'
import { FixedStringColumn } from '../native/bytes-columns.ts'
import type { ColumnBuilder } from '../native/column-builder.ts'
import { Int64Column, NumberColumn } from '../native/number-columns.ts'
import { IntTable } from './int-table.ts'

/** 32-bit fields of an entry. */
const FIELD = { day: 0, minLow: 1, minHigh: 2, endLow: 3, endHigh: 4, spans: 5, errors: 6 } as const
const FIELDS = 7
const FIRST_ENTRIES = 256

function less(lowA: number, highA: number, lowB: number, highB: number): boolean {
  return highA < highB || (highA === highB && lowA < lowB)
}

/** One row of `trace_summaries` per trace in a segment. */
export class TraceSummaryRows {
  private readonly traces = new IntTable()
  private fields = new Uint32Array(FIRST_ENTRIES * FIELDS)

  /** Counts a span. `endsBefore`: its end is before its start, which counts as its end then. */
  add(span: SpanView, day: number, endsBefore: boolean, failed: boolean): void {
    const id = span.traceIdAt
    const source = span.source
    // Without an id it is stored as a span of the id of zeros, and must be found as one.
    const entry =
      id < 0
        ? this.traces.indexOf(0, 0, 0, 0)
        : this.traces.indexOf(
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
    const endLow = endsBefore ? low : span.endLow
    const endHigh = endsBefore ? high : span.endHigh
    if (isNew || less(fields[at + FIELD.endLow]!, fields[at + FIELD.endHigh]!, endLow, endHigh)) {
      fields[at + FIELD.endLow] = endLow
      fields[at + FIELD.endHigh] = endHigh
    }
    fields[at + FIELD.spans]!++
    if (failed) fields[at + FIELD.errors]!++
  }

  /** @param arrivalMillis when the segment was begun: all its spans arrived then */
  blocks(arrivalMillis: number): [string, Block][] {
    const rows = this.traces.size
    if (rows === 0) return []
    const day = new NumberColumn('Date')
    const traceId = new FixedStringColumn(16)
    const min = new Int64Column('UInt64')
    const end = new Int64Column('UInt64')
    const arrival = new NumberColumn('UInt32')
    const spans = new Int64Column('UInt64')
    const errors = new Int64Column('UInt64')
    const idBytes = new Uint8Array(16)
    const idWords = new DataView(idBytes.buffer)
    for (let entry = 0; entry < rows; entry++) {
      const at = entry * FIELDS
      const field = (which: number): number => this.fields[at + which]!
      for (let word = 0; word < 4; word++) idWords.setInt32(word * 4, this.traces.key(entry, word), true)
      day.push(field(FIELD.day))
      traceId.push(idBytes, 0, 16)
      min.push(field(FIELD.minLow), field(FIELD.minHigh))
      end.push(field(FIELD.endLow), field(FIELD.endHigh))
      arrival.push(Math.floor(arrivalMillis / 1000))
      spans.push(field(FIELD.spans), 0)
      errors.push(field(FIELD.errors), 0)
    }
    const columns = new Map<string, ColumnBuilder>([
      ['Day', day],
      ['TraceId', traceId],
      ['MinStartNanos', min],
      ['MaxEndNanos', end],
      ['LastArrivalSeconds', arrival],
      ['SpanCount', spans],
      ['ErrorCount', errors],
    ])
    return [['trace_summaries', buildBlock(columns, rows)]]
  }

  clear(): void {
    this.fields.fill(0, 0, this.traces.size * FIELDS)
    this.traces.clear()
  }
}
