import type { AttributesView } from '@clew/otlp/views/attributes-view'

/** The halves of the last `hash64`. */
export let hashLow = 0
export let hashHigh = 0

/**
 * A 64-bit hash of a byte range, for fingerprints; read `hashLow` and `hashHigh` right after it. `seed` chains calls.
 * The function is part of what is stored (ResourceId, ScopeId, SeriesId): it must never change.
 */
export function hash64(source: Uint8Array, start: number, end: number, seedLow = 0, seedHigh = 0): void {
  let low = 0xdeadbeef ^ seedLow
  let high = 0x41c6ce57 ^ seedHigh ^ (end - start)
  let at = start
  for (; at + 4 <= end; at += 4) {
    const word = source[at]! | (source[at + 1]! << 8) | (source[at + 2]! << 16) | (source[at + 3]! << 24)
    low = Math.imul(low ^ word, 0x9e3779b1)
    low ^= low >>> 15
    high = Math.imul(high ^ word, 0x5f356495)
    high ^= high >>> 13
  }
  for (; at < end; at++) {
    low = Math.imul(low ^ source[at]!, 0x85ebca77)
    high = Math.imul(high ^ source[at]!, 0xc2b2ae3d)
    high ^= high >>> 16
  }
  low = Math.imul(low ^ (low >>> 16), 0x85ebca6b) ^ Math.imul(high ^ (high >>> 13), 0xc2b2ae35)
  high = Math.imul(high ^ (high >>> 16), 0x85ebca6b) ^ Math.imul(low ^ (low >>> 13), 0xc2b2ae35)
  hashLow = low >>> 0
  hashHigh = high >>> 0
}

/** A hash of attributes that does not depend on their order; chained by `seed`, result as for `hash64`. */
export function hashAttributes(attributes: AttributesView, seedLow: number, seedHigh: number): void {
  const { source, ranges } = attributes
  let low = 0
  let high = 0
  for (let i = 0; i < ranges.count; i++) {
    hash64(source, ranges.starts[i]!, ranges.ends[i]!)
    low = (low + hashLow) | 0
    high = (high + hashHigh) | 0
  }
  mixHash64(low, high, seedLow, seedHigh)
}

/** Mixes two halves into a chained hash. */
export function mixHash64(low: number, high: number, seedLow: number, seedHigh: number): void {
  for (let i = 0; i < 4; i++) {
    words[i] = low >>> (i * 8)
    words[4 + i] = high >>> (i * 8)
  }
  hash64(words, 0, 8, seedLow, seedHigh)
}

const words = new Uint8Array(8)
