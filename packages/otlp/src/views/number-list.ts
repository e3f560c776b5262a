import { doubleAt, uint32At, uint64Of } from '../wire/fixed.ts'
import { readEnd, readHigh, varint } from '../wire/varint.ts'

/** A reusable list of the doubles of a repeated field. */
export class DoubleList {
  count = 0
  values: Float64Array = new Float64Array(16)

  /** Empties the list; one that grew for an unusual message gives its memory back. */
  clear(): void {
    this.count = 0
    if (this.values.length > 65_536) this.values = new Float64Array(16)
  }

  /** Reads `source[start, end)`: doubles one after the other (one of them for an unpacked field). */
  addAll(source: Uint8Array, start: number, end: number): void {
    for (let pos = start; pos < end; pos += 8) {
      if (this.count === this.values.length) {
        const grown = new Float64Array(this.count * 2)
        grown.set(this.values)
        this.values = grown
      }
      this.values[this.count++] = doubleAt(source, pos)
    }
  }
}

/** A reusable list of unsigned 64-bit integers of a repeated field, as halves. */
export class Uint64List {
  count = 0
  /** Low half of number i at 2i, high half at 2i + 1: the memory of a little-endian UInt64 array. */
  halves: Uint32Array = new Uint32Array(32)

  /** Empties the list; one that grew for an unusual message gives its memory back. */
  clear(): void {
    this.count = 0
    if (this.halves.length > 131_072) this.halves = new Uint32Array(32)
  }

  /** Reads fixed64 values in `source[start, end)`. */
  addFixed(source: Uint8Array, start: number, end: number): void {
    for (let pos = start; pos < end; pos += 8) this.#add(uint32At(source, pos), uint32At(source, pos + 4))
  }

  /** Reads varints in `source[start, end)`. */
  addVarints(source: Uint8Array, start: number, end: number): void {
    for (let pos = start; pos < end; pos = readEnd) {
      const low = varint(source, pos)
      this.#add(low, readHigh)
    }
  }

  /** Number `i`, exact. */
  at(i: number): bigint {
    return uint64Of(this.halves[2 * i]!, this.halves[2 * i + 1]!)
  }

  #add(low: number, high: number): void {
    if (this.count * 2 === this.halves.length) {
      const grown = new Uint32Array(this.halves.length * 2)
      grown.set(this.halves)
      this.halves = grown
    }
    this.halves[this.count * 2] = low
    this.halves[this.count * 2 + 1] = high
    this.count++
  }
}
