import { textAt } from './wire/text.ts'

/**
 * Turns byte ranges that come again and again (attribute keys, service names, routes) into the same string object
 * without decoding them each time. Direct-mapped: a newcomer replaces the entry in its slot, so memory is bounded by
 * slots * maxBytes. Texts longer than `maxBytes` are decoded every time. Keeps the last source it saw alive.
 */
export class TextCache {
  readonly #mask: number
  readonly #maxBytes: number
  readonly #bytes: Uint8Array
  readonly #words: DataView
  readonly #lengths: Int32Array
  readonly #texts: string[]
  #source: Uint8Array = new Uint8Array(0)
  #sourceWords: DataView = new DataView(new ArrayBuffer(0))

  /** @param slots a power of two */
  constructor(slots = 2048, maxBytes = 64) {
    this.#mask = slots - 1
    this.#maxBytes = maxBytes
    this.#bytes = new Uint8Array(slots * maxBytes)
    this.#words = new DataView(this.#bytes.buffer)
    this.#lengths = new Int32Array(slots).fill(-1)
    this.#texts = Array.from({ length: slots }, () => '')
  }

  /** The text in `source[start, end)`. */
  get(source: Uint8Array, start: number, end: number): string {
    const length = end - start
    if (length > this.#maxBytes || length < 4) return length === 0 ? '' : textAt(source, start, end)
    if (source !== this.#source) {
      this.#source = source
      this.#sourceWords = new DataView(source.buffer, source.byteOffset, source.byteLength)
    }
    // Whole words are hashed and compared: four bytes a step, the last one overlapping.
    const from = this.#sourceWords
    const tail = from.getUint32(end - 4)
    let hash = Math.imul(from.getUint32(start) ^ length, 0x9e3779b1)
    hash = Math.imul(hash ^ (hash >>> 15) ^ from.getUint32(start + ((length - 4) >>> 1)), 0x85ebca6b)
    hash = Math.imul(hash ^ (hash >>> 13) ^ tail, 0xc2b2ae35)
    const slot = (hash ^ (hash >>> 16)) & this.#mask
    const base = slot * this.#maxBytes
    if (this.#lengths[slot] === length) {
      const cached = this.#words
      const last = length - 4
      let i = 0
      while (i < last && cached.getUint32(base + i) === from.getUint32(start + i)) i += 4
      if (i >= last && cached.getUint32(base + last) === tail) return this.#texts[slot]!
    }
    const text = textAt(source, start, end)
    for (let i = 0; i < length; i++) this.#bytes[base + i] = source[start + i]!
    this.#lengths[slot] = length
    this.#texts[slot] = text
    return text
  }
}
