const MINUTE_MS = 60_000
/** Names beyond are not rare but endless: ids in them, for example. */
const MAX_OPERATIONS = 2000

/** Finds the first traces of each operation in every minute. */
export class RareOperations {
  readonly #perMinute: number
  readonly #counts = new Map<string, number>()
  #minute = -1

  constructor(perMinute: number) {
    this.#perMinute = perMinute
  }

  /** Whether this trace of an operation is among the first of its minute. Depends on the order of traces alone. */
  isRare(operation: string, nowMs: number): boolean {
    if (this.#perMinute <= 0) return false
    const minute = Math.floor(nowMs / MINUTE_MS)
    if (minute !== this.#minute) {
      this.#minute = minute
      this.#counts.clear()
    }
    const seen = this.#counts.get(operation)
    if (seen === undefined && this.#counts.size >= MAX_OPERATIONS) return false
    const count = (seen ?? 0) + 1
    this.#counts.set(operation, count)
    return count <= this.#perMinute
  }
}
