import type { AttributesView } from '@clew/otlp/views/attributes-view'
import { VALUE_INT, VALUE_STRING, type ValueView } from '@clew/otlp/views/value-view'
import { StringColumn } from '../native/bytes-columns.ts'
import { LowCardinalityColumn } from '../native/low-cardinality-column.ts'
import { LowCardinalityInt64Column } from '../native/low-cardinality-int64-column.ts'
import type { AttributeMapColumn } from '../native/nested-columns.ts'
import { Int64Column } from '../native/number-columns.ts'
import type { ColumnBuilder } from '../native/column-builder.ts'
import type { PromotedAttribute } from '../schema/promoted.ts'
import { AttributeCounts, type AttributeUse } from './attribute-counter.ts'
import { pushValue } from './value-text.ts'

const NOT_LOOKED_UP = 0
const NOT_PROMOTED = -1
const GUESSES_MASK = 1023

/** One of them is there. Four fields instead of a union keep the calls monomorphic, which is what makes them fast. */
interface PromotedColumn {
  readonly low: LowCardinalityColumn | undefined
  readonly text: StringColumn | undefined
  readonly int: Int64Column | undefined
  readonly lowInt: LowCardinalityInt64Column | undefined
}

/**
 * Writes the attributes of one level (span, event, log …) into a map column and, for promoted keys, into columns of their
 * own; counts keys and types for the catalogue on the way.
 */
export class AttributeWriter {
  private readonly names: readonly string[]
  private readonly map: AttributeMapColumn
  private readonly columns: readonly PromotedColumn[]
  private readonly columnOfKey: ReadonlyMap<string, number>
  /** By key number: promoted column + 1, or a NOT_ constant. */
  private slotOfKey = new Int16Array(256)
  /** By number of the key before: the key that came after it last time. */
  private readonly keyAfter = new Uint32Array(GUESSES_MASK + 1)
  private readonly counts = new AttributeCounts()

  constructor(map: AttributeMapColumn, attributes: readonly PromotedAttribute[] = []) {
    this.map = map
    this.names = attributes.map((attribute) => attribute.column)
    this.columns = attributes.map(({ type, lowCardinality }) => ({
      low: type === 'string' && lowCardinality ? new LowCardinalityColumn() : undefined,
      text: type === 'string' && !lowCardinality ? new StringColumn() : undefined,
      int: type === 'int' && !lowCardinality ? new Int64Column('Int64') : undefined,
      lowInt: type === 'int' && lowCardinality ? new LowCardinalityInt64Column('Int64') : undefined,
    }))
    this.columnOfKey = new Map(attributes.map((attribute, i) => [attribute.key, i]))
  }

  /** The promoted columns as builders, for a block. */
  builders(): [string, ColumnBuilder][] {
    return this.columns.map((column, i) => [this.names[i]!, builderOf(column)])
  }

  /** Writes one row's attributes; ends the map's row. */
  write(attributes: AttributesView, row: number): void {
    const source = attributes.source
    const value = attributes.value
    const keys = this.map.keys
    const dictionary = keys.dictionary
    const count = attributes.count
    let before = 0
    for (let i = 0; i < count; i++) {
      attributes.seek(i)
      // Keys mostly follow each other in the same order: comparing with a guess saves hashing.
      let key = this.keyAfter[before & GUESSES_MASK]!
      if (!dictionary.isAt(key, source, attributes.keyStart, attributes.keyEnd)) {
        key = dictionary.indexOf(source, attributes.keyStart, attributes.keyEnd)
        this.keyAfter[before & GUESSES_MASK] = key
      }
      before = key
      this.counts.add(key, attributes)
      const slot = key < this.slotOfKey.length ? this.slotOfKey[key]! : NOT_LOOKED_UP
      if (slot !== NOT_PROMOTED && this.promote(key, slot, value, source, row)) continue
      keys.pushIndex(key)
      pushValue(this.map.values, value)
    }
    this.map.endRow()
  }

  /** What was counted since `clear`. */
  uses(): AttributeUse[] {
    return this.counts.uses(this.map.keys.dictionary)
  }

  /** Forgets counts and promoted columns; the map belongs to the caller. Key numbers change: call it with the map's clear. */
  clear(): void {
    for (const column of this.columns) builderOf(column).clear()
    this.slotOfKey.fill(NOT_LOOKED_UP)
    this.keyAfter.fill(0)
    this.counts.clear()
  }

  private promote(key: number, known: number, value: ValueView, source: Uint8Array, row: number): boolean {
    const slot = known === NOT_LOOKED_UP ? this.lookUp(key) : known
    if (slot === NOT_PROMOTED) return false
    const column = this.columns[slot - 1]!
    // A second attribute of the same key in one row stays in the map, and so does a value of another type or a zero.
    if (value.type === VALUE_STRING) {
      if (value.start === value.end) return false
      const low = column.low
      if (low !== undefined) {
        if (low.length > row) return false
        low.put(row, source, value.start, value.end)
        return true
      }
      const text = column.text
      if (text === undefined || text.length > row) return false
      text.put(row, source, value.start, value.end)
      return true
    }
    if (value.type !== VALUE_INT || (value.low | value.high) === 0) return false
    const lowInt = column.lowInt
    if (lowInt !== undefined) {
      if (lowInt.length > row) return false
      lowInt.put(row, value.low, value.high)
      return true
    }
    const int = column.int
    if (int === undefined || int.length > row) return false
    int.put(row, value.low, value.high)
    return true
  }

  private lookUp(key: number): number {
    if (key >= this.slotOfKey.length) {
      const next = new Int16Array(Math.max(key + 1, this.slotOfKey.length * 2))
      next.set(this.slotOfKey)
      this.slotOfKey = next
    }
    const column = this.columnOfKey.get(this.map.keys.dictionary.textOf(key))
    const slot = column === undefined ? NOT_PROMOTED : column + 1
    this.slotOfKey[key] = slot
    return slot
  }
}

function builderOf(column: PromotedColumn): ColumnBuilder {
  const builder = column.low ?? column.text ?? column.int ?? column.lowInt
  if (builder === undefined) throw new TypeError('a promoted attribute has no column')
  return builder
}
