const FIRST_ENTRIES = 256

/** Numbers tuples of four 32-bit integers in order of arrival. Open addressing; bounded by what its owner puts in. */
export class IntTable {
  size = 0
  private keys = new Int32Array(FIRST_ENTRIES * 4)
  private slots = new Uint32Array(FIRST_ENTRIES * 2)

  /** The number of a tuple, a new one when it is new. */
  indexOf(a: number, b: number, c: number, d: number): number {
    const a32 = a | 0
    const b32 = b | 0
    const c32 = c | 0
    const d32 = d | 0
    let hash = Math.imul(a32 ^ 0x9e3779b1, 0x85ebca6b)
    hash = Math.imul(hash ^ (hash >>> 15) ^ b32, 0xc2b2ae35)
    hash = Math.imul(hash ^ (hash >>> 13) ^ c32, 0x27d4eb2f)
    hash = Math.imul(hash ^ (hash >>> 16) ^ d32, 0x165667b1)
    hash ^= hash >>> 15
    const mask = this.slots.length - 1
    const keys = this.keys
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const entry = this.slots[slot]!
      if (entry === 0) {
        this.slots[slot] = this.size + 1
        return this.add(a32, b32, c32, d32)
      }
      const at = (entry - 1) * 4
      if (keys[at] === a32 && keys[at + 1] === b32 && keys[at + 2] === c32 && keys[at + 3] === d32) return entry - 1
    }
  }

  /** Element `which` (0 to 3) of a tuple. */
  key(entry: number, which: number): number {
    return this.keys[entry * 4 + which]!
  }

  clear(): void {
    this.slots.fill(0)
    this.size = 0
  }

  private add(a: number, b: number, c: number, d: number): number {
    const entry = this.size++
    if (entry * 4 === this.keys.length) {
      const next = new Int32Array(this.keys.length * 2)
      next.set(this.keys)
      this.keys = next
    }
    const at = entry * 4
    this.keys[at] = a
    this.keys[at + 1] = b
    this.keys[at + 2] = c
    this.keys[at + 3] = d
    if (this.size * 2 > this.slots.length) this.rehash()
    return entry
  }

  private rehash(): void {
    const count = this.size
    const keys = this.keys.slice(0, count * 4)
    this.slots = new Uint32Array(this.slots.length * 2)
    this.size = 0
    for (let i = 0; i < count; i++) this.indexOf(keys[i * 4]!, keys[i * 4 + 1]!, keys[i * 4 + 2]!, keys[i * 4 + 3]!)
  }
}
