import { GrowingBytes } from './bytes-columns.ts'
import { viewOf } from './bytes-view.ts'

const FIRST_SLOTS = 256

function hashOf(source: Uint8Array, start: number, end: number): number {
  const length = end - start
  let hash = length
  if (length >= 4) {
    const view = viewOf(source)
    const last = end - 4
    for (let at = start; at < last; at += 4) {
      hash = Math.imul(hash ^ view.getInt32(at), 0x9e3779b1)
      hash ^= hash >>> 15
    }
    hash = Math.imul(hash ^ view.getInt32(last), 0x85ebca6b)
  } else for (let at = start; at < end; at++) hash = Math.imul(hash ^ source[at]!, 0x85ebca6b)
  hash ^= hash >>> 13
  hash = Math.imul(hash, 0xc2b2ae35)
  return hash ^ (hash >>> 16)
}

/** Byte strings by number, in order of arrival. Entry 0 is always the empty string. Open addressing, linear probing. */
export class ByteDictionary {
  size = 0
  readonly data: GrowingBytes = new GrowingBytes()
  private starts = new Uint32Array(FIRST_SLOTS)
  private hashes = new Int32Array(FIRST_SLOTS)
  /** Slot to entry + 1; 0 is free. */
  private slots = new Uint32Array(FIRST_SLOTS)

  constructor() {
    this.indexOf(this.data.bytes, 0, 0)
  }

  get byteLength(): number {
    return this.data.bytes.length + this.starts.byteLength * 3
  }

  /** The number of these bytes; a new one when they are new. */
  indexOf(source: Uint8Array, start: number, end: number): number {
    const hash = hashOf(source, start, end)
    const mask = this.slots.length - 1
    let slot = hash & mask
    for (;;) {
      const entry = this.slots[slot]!
      if (entry === 0) return this.insert(slot, hash, source, start, end)
      if (this.hashes[entry - 1] === hash && this.equals(entry - 1, source, start, end)) return entry - 1
      slot = (slot + 1) & mask
    }
  }

  /** Whether these bytes are the entry with this number. */
  isAt(entry: number, source: Uint8Array, start: number, end: number): boolean {
    return entry < this.size && this.equals(entry, source, start, end)
  }

  startOf(entry: number): number {
    return this.starts[entry]!
  }

  endOf(entry: number): number {
    return entry + 1 === this.size ? this.data.length : this.starts[entry + 1]!
  }

  textOf(entry: number): string {
    const start = this.startOf(entry)
    return Buffer.from(this.data.bytes.buffer, start, this.endOf(entry) - start).toString('utf8')
  }

  clear(): void {
    this.slots.fill(0)
    this.size = 0
    this.data.length = 0
    this.indexOf(this.data.bytes, 0, 0)
  }

  private equals(entry: number, source: Uint8Array, start: number, end: number): boolean {
    const from = this.startOf(entry)
    const length = end - start
    if (this.endOf(entry) - from !== length) return false
    if (length >= 4) {
      const ours = this.data.view
      const theirs = viewOf(source)
      // From the end: what differs mostly differs there.
      const last = length - 4
      if (ours.getInt32(from + last) !== theirs.getInt32(start + last)) return false
      for (let i = 0; i < last; i += 4) if (ours.getInt32(from + i) !== theirs.getInt32(start + i)) return false
      return true
    }
    const bytes = this.data.bytes
    for (let i = 0; i < length; i++) if (bytes[from + i] !== source[start + i]) return false
    return true
  }

  private insert(slot: number, hash: number, source: Uint8Array, start: number, end: number): number {
    const entry = this.size++
    if (entry === this.starts.length) this.growEntries()
    this.starts[entry] = this.data.length
    this.hashes[entry] = hash
    this.slots[slot] = entry + 1
    this.data.append(source, start, end)
    if (this.size * 2 > this.slots.length) this.rehash()
    return entry
  }

  private growEntries(): void {
    const starts = new Uint32Array(this.starts.length * 2)
    starts.set(this.starts)
    this.starts = starts
    const hashes = new Int32Array(starts.length)
    hashes.set(this.hashes)
    this.hashes = hashes
  }

  private rehash(): void {
    const slots = new Uint32Array(this.slots.length * 2)
    const mask = slots.length - 1
    for (let entry = 0; entry < this.size; entry++) {
      let slot = this.hashes[entry]! & mask
      while (slots[slot] !== 0) slot = (slot + 1) & mask
      slots[slot] = entry + 1
    }
    this.slots = slots
  }
}
