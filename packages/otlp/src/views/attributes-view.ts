import { TextCache } from '../text-cache.ts'
import { longVarint, readEnd, skip } from '../wire/varint.ts'
import { decodeMessage } from '../decode.ts'
import type { KeyValue } from '../model.ts'
import { otlpType } from '../schema/otlp-schema.ts'
import { Ranges } from './ranges.ts'
import { ValueView } from './value-view.ts'

const KEY_VALUE = otlpType('KeyValue')

/** Keys are few and come all the time: one cache for the process (128 KiB of bytes at most). */
const keys = new TextCache(2048, 64)

/**
 * The attributes of one thing (resource, scope, span, event, link, record, point) in checked bytes. The owner's `seek`
 * fills it; `seek(i)` here then reads attribute `i` into `keyStart`, `keyEnd` and `value`.
 */
export class AttributesView {
  source: Uint8Array = new Uint8Array(0)
  /** KeyValue bodies in wire order; duplicates are not removed. */
  readonly ranges: Ranges = new Ranges()
  keyStart = 0
  keyEnd = 0
  readonly value: ValueView = new ValueView()

  get count(): number {
    return this.ranges.count
  }

  /** For owners: starts an empty list over `source`. */
  reset(source: Uint8Array): void {
    this.source = source
    this.ranges.clear()
  }

  /** Reads attribute `i` (0 to `count` - 1). */
  seek(i: number): void {
    const source = this.source
    let pos = this.ranges.starts[i]!
    const end = this.ranges.ends[i]!
    // The form all encoders write: key, then value, both short. Checked bytes, so the reads stay inside.
    const keyLength = source[pos + 1]!
    if (end - pos > 3 && source[pos] === 0x0a && keyLength < 0x80) {
      const valueAt = pos + 2 + keyLength
      const valueLength = source[valueAt + 1]!
      if (valueAt + 1 < end && source[valueAt] === 0x12 && valueLength < 0x80 && valueAt + 2 + valueLength === end) {
        this.keyStart = pos + 2
        this.keyEnd = valueAt
        this.value.seek(source, valueAt + 2, end)
        return
      }
    }
    this.keyStart = 0
    this.keyEnd = 0
    let valueStart = 0
    let valueEnd = 0
    while (pos < end) {
      let tag = source[pos++]!
      if (tag >= 0x80) {
        tag = longVarint(source, pos, tag)
        pos = readEnd
      }
      if (tag === 0x0a || tag === 0x12) {
        let length = source[pos++]!
        if (length >= 0x80) {
          length = longVarint(source, pos, length)
          pos = readEnd
        }
        if (tag === 0x0a) {
          this.keyStart = pos
          pos += length
          this.keyEnd = pos
        } else {
          valueStart = pos
          pos += length
          valueEnd = pos
        }
      } else pos = skip(source, pos, tag)
    }
    this.value.seek(source, valueStart, valueEnd)
  }

  /** The key of the attribute last sought, as a shared string. */
  key(): string {
    return keys.get(this.source, this.keyStart, this.keyEnd)
  }

  /** Whether the key of the attribute last sought is this UTF-8 text. */
  keyIs(key: Uint8Array): boolean {
    const start = this.keyStart
    if (this.keyEnd - start !== key.length) return false
    for (let i = 0; i < key.length; i++) if (this.source[start + i] !== key[i]) return false
    return true
  }

  /** Seeks the first attribute with this key (see `keyBytes`). False when there is none. */
  find(key: Uint8Array): boolean {
    for (let i = 0; i < this.ranges.count; i++) {
      this.seek(i)
      if (this.keyIs(key)) return true
    }
    return false
  }

  /** All attributes as objects. */
  toModel(): KeyValue[] {
    const list: KeyValue[] = []
    for (let i = 0; i < this.count; i++) {
      list.push(decodeMessage(this.source, this.ranges.starts[i]!, this.ranges.ends[i]!, KEY_VALUE))
    }
    return list
  }
}

const encoder = new TextEncoder()

/** A key as the bytes that `keyIs` and `find` want. Make it once, not per span. */
export function keyBytes(key: string): Uint8Array {
  return encoder.encode(key)
}
