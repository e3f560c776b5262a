import { decodeMessage } from './decode.ts'
import { encodeBody } from './encode.ts'
import type { AnyValue } from './model.ts'
import { otlpType } from './schema/otlp-schema.ts'
import { AttributesView } from './views/attributes-view.ts'

const ANY_VALUE = otlpType('AnyValue')

interface Entry {
  readonly key: string
  /** KeyValue body. */
  readonly body: Uint8Array
}

/**
 * The attributes of one thing while they are edited. Untouched ones stay the bytes they are. When a key comes twice, reads
 * see the first and writes leave one.
 */
export class AttributeList {
  #entries: Entry[] = []
  #changed = false

  /** Takes KeyValue bodies in checked bytes. */
  constructor(view: AttributesView) {
    for (let i = 0; i < view.count; i++) {
      view.seek(i)
      const body = view.source.subarray(view.ranges.starts[i], view.ranges.ends[i])
      this.#entries.push({ key: view.key(), body })
    }
  }

  /** Whether anything was written. */
  get changed(): boolean {
    return this.#changed
  }

  get size(): number {
    return this.#entries.length
  }

  keys(): string[] {
    return this.#entries.map((entry) => entry.key)
  }

  has(key: string): boolean {
    return this.#entries.some((entry) => entry.key === key)
  }

  /** The value of a key; an empty object when it is there without a value. */
  get(key: string): AnyValue | undefined {
    const entry = this.#entries.find((candidate) => candidate.key === key)
    if (entry === undefined) return undefined
    const view = new AttributesView()
    view.reset(entry.body)
    view.ranges.add(0, entry.body.length)
    view.seek(0)
    return decodeMessage(entry.body, view.value.bodyStart, view.value.bodyEnd, ANY_VALUE)
  }

  /** Sets the key, new or not. */
  upsert(key: string, value: AnyValue): void {
    const at = this.#entries.findIndex((entry) => entry.key === key)
    const entry = { key, body: encodeBody('KeyValue', { key, value }) }
    if (at < 0) this.#entries.push(entry)
    else {
      this.#entries[at] = entry
      this.#entries = this.#entries.filter((other, i) => i <= at || other.key !== key)
    }
    this.#changed = true
  }

  /** Sets the key unless it is there. True when it was set. */
  insert(key: string, value: AnyValue): boolean {
    if (this.has(key)) return false
    this.upsert(key, value)
    return true
  }

  /** Sets the key only when it is there. True when it was set. */
  update(key: string, value: AnyValue): boolean {
    if (!this.has(key)) return false
    this.upsert(key, value)
    return true
  }

  /** Removes a key. True when it was there. */
  delete(key: string): boolean {
    return this.deleteWhere((candidate) => candidate === key)
  }

  /** Removes every key the predicate is true for. */
  deleteWhere(predicate: (key: string) => boolean): boolean {
    const kept = this.#entries.filter((entry) => !predicate(entry.key))
    if (kept.length === this.#entries.length) return false
    this.#entries = kept
    this.#changed = true
    return true
  }

  /** KeyValue bodies in order. */
  bodies(): Uint8Array[] {
    return this.#entries.map((entry) => entry.body)
  }
}
