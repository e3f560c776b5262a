import type { AttributesView } from '@clew/otlp/views/attributes-view'
import { ByteDictionary } from '../native/byte-dictionary.ts'
import { VALUE_TAG } from '../schema/attribute-value.ts'

/** Value type tags by AnyValue alternative. */
const TAG_OF_ALTERNATIVE = [
  VALUE_TAG.empty,
  VALUE_TAG.text,
  VALUE_TAG.bool,
  VALUE_TAG.int,
  VALUE_TAG.double,
  VALUE_TAG.array,
  VALUE_TAG.map,
  VALUE_TAG.bytes,
] as const

const FIRST_SUMS = 4096

/** How often a key came with a type, and with how many bytes. */
export interface AttributeUse {
  readonly key: string
  readonly tag: number
  readonly count: number
  readonly bytes: number
}

/** Counts by key number and type. */
export class AttributeCounts {
  /** By key and type: how many, how many bytes. */
  private sums = new Float64Array(FIRST_SUMS)

  /** Counts the attribute last sought. */
  add(key: number, attributes: AttributesView): void {
    const value = attributes.value
    const at = (key * 8 + TAG_OF_ALTERNATIVE[value.type]!) * 2
    if (at >= this.sums.length) this.grow(at)
    const sums = this.sums
    sums[at]!++
    sums[at + 1]! += attributes.keyEnd - attributes.keyStart + value.bodyEnd - value.bodyStart
  }

  /** What was counted; `keys` gives the numbers their names. */
  uses(keys: ByteDictionary): AttributeUse[] {
    const uses: AttributeUse[] = []
    for (let key = 0; key < keys.size; key++) {
      for (let tag = 0; tag < 8; tag++) {
        const at = (key * 8 + tag) * 2
        const count = this.sums[at] ?? 0
        if (count > 0) uses.push({ key: keys.textOf(key), tag, count, bytes: this.sums[at + 1]! })
      }
    }
    return uses
  }

  clear(): void {
    if (this.sums.length > FIRST_SUMS) this.sums = new Float64Array(FIRST_SUMS)
    else this.sums.fill(0)
  }

  private grow(at: number): void {
    const next = new Float64Array(Math.max(at + 2, this.sums.length * 2))
    next.set(this.sums)
    this.sums = next
  }
}

/** Counts attributes that are not written as rows. */
export class AttributeCounter {
  private readonly keys = new ByteDictionary()
  private readonly counts = new AttributeCounts()

  count(attributes: AttributesView): void {
    for (let i = 0; i < attributes.count; i++) {
      attributes.seek(i)
      this.counts.add(this.keys.indexOf(attributes.source, attributes.keyStart, attributes.keyEnd), attributes)
    }
  }

  uses(): AttributeUse[] {
    return this.counts.uses(this.keys)
  }

  clear(): void {
    this.keys.clear()
    this.counts.clear()
  }
}
