const MAX_CALLERS = 1024

/**
 * Numbers the calls of each caller from 1. Remembers the last 1,024 callers only (some 200 KB at most): one that comes back
 * after that begins anew.
 */
export class CallNumbers {
  readonly #last = new Map<string, number>()

  /** The number of this caller's next call. */
  next(caller: string): number {
    const number = (this.#last.get(caller) ?? 0) + 1
    this.#last.delete(caller)
    this.#last.set(caller, number)
    if (this.#last.size > MAX_CALLERS) {
      for (const oldest of this.#last.keys()) {
        this.#last.delete(oldest)
        break
      }
    }
    return number
  }
}
