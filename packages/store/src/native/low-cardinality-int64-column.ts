import type { ChunkSink } from './chunk-sink.ts'
import type { ColumnBuilder } from './column-builder.ts'
import { DICTIONARY_VERSION, IndexRows } from './low-cardinality-index.ts'

const FIRST_SLOTS = 64

/** LowCardinality of 64-bit integers, given as two unsigned 32-bit halves. Default is 0. */
export class LowCardinalityInt64Column implements ColumnBuilder {
  readonly type: string
  private readonly rows = new IndexRows()
  private size = 0
  /** Low and high half of each entry. */
  private entries = new Uint32Array(FIRST_SLOTS * 2)
  /** Slot to entry + 1; 0 is free. Open addressing. */
  private slots = new Uint32Array(FIRST_SLOTS * 2)
  /** Entry of the row before: mostly the next one's too. */
  private last = 0

  constructor(type: 'UInt64' | 'Int64') {
    this.type = `LowCardinality(${type})`
    this.indexOf(0, 0)
  }

  get length(): number {
    return this.rows.length
  }

  get byteLength(): number {
    return this.rows.byteLength + this.entries.byteLength + this.slots.byteLength
  }

  push(low: number, high: number): void {
    this.rows.push(this.indexOf(low, high))
  }

  put(row: number, low: number, high: number): void {
    this.rows.padTo(row)
    this.rows.push(this.indexOf(low, high))
  }

  padTo(length: number): void {
    this.rows.padTo(length)
  }

  writePrefix(sink: ChunkSink): void {
    sink.uint64(DICTIONARY_VERSION)
  }

  writeData(sink: ChunkSink): void {
    if (this.length === 0) return
    this.rows.writeHeader(sink, this.size)
    sink.bytes(new Uint8Array(this.entries.buffer, 0, this.size * 8))
    this.rows.writeRows(sink, this.size)
  }

  clear(): void {
    this.rows.clear()
    this.slots.fill(0)
    this.size = 0
    this.last = 0
    this.indexOf(0, 0)
  }

  private indexOf(low: number, high: number): number {
    const last = this.last
    if (this.size > 0 && this.entries[last * 2] === low >>> 0 && this.entries[last * 2 + 1] === high >>> 0) return last
    const mask = this.slots.length - 1
    let slot = hashOf(low, high) & mask
    for (;;) {
      const entry = this.slots[slot]!
      if (entry === 0) return this.insert(slot, low, high)
      if (this.entries[entry * 2 - 2] === low >>> 0 && this.entries[entry * 2 - 1] === high >>> 0) {
        this.last = entry - 1
        return entry - 1
      }
      slot = (slot + 1) & mask
    }
  }

  private insert(slot: number, low: number, high: number): number {
    const entry = this.size++
    if (entry * 2 === this.entries.length) {
      const next = new Uint32Array(this.entries.length * 2)
      next.set(this.entries)
      this.entries = next
    }
    this.entries[entry * 2] = low
    this.entries[entry * 2 + 1] = high
    this.slots[slot] = entry + 1
    if (this.size * 2 > this.slots.length) this.rehash()
    this.last = entry
    return entry
  }

  private rehash(): void {
    const slots = new Uint32Array(this.slots.length * 2)
    const mask = slots.length - 1
    for (let entry = 0; entry < this.size; entry++) {
      let slot = hashOf(this.entries[entry * 2]!, this.entries[entry * 2 + 1]!) & mask
      while (slots[slot] !== 0) slot = (slot + 1) & mask
      slots[slot] = entry + 1
    }
    this.slots = slots
  }
}

function hashOf(low: number, high: number): number {
  const mixed = Math.imul(low ^ Math.imul(high, 0x9e3779b1), 0x85ebca6b)
  return mixed ^ (mixed >>> 15)
}
