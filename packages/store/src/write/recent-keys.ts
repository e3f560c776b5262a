/**
 * Remembers which interned rows were written, so that each is written once per day. Bounded: two generations of at most
 * `maxKeys`; what falls out is written once more, which does no harm.
 */
export class RecentKeys {
  private young = new Set<string>()
  private old = new Set<string>()
  private readonly maxKeys: number

  constructor(maxKeys: number) {
    this.maxKeys = maxKeys
  }

  /** True when this key is new. */
  add(kind: number, low: number, high: number, day: number): boolean {
    const key = `${kind}:${day}:${high.toString(36)}:${low.toString(36)}`
    if (this.young.has(key)) return false
    const known = this.old.has(key)
    this.young.add(key)
    if (this.young.size >= this.maxKeys) {
      this.old = this.young
      this.young = new Set()
    }
    return !known
  }

  /** Forgets everything: all is written again. */
  clear(): void {
    this.young.clear()
    this.old.clear()
  }
}
