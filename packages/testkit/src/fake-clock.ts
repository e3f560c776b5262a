import type { Clock } from '@clew/base/clock'

interface Timer {
  readonly dueMs: number
  readonly order: number
  readonly callback: () => void
}

/** A clock that stands still until a test moves it. */
export class FakeClock implements Clock {
  #elapsedMs = 0
  #order = 0
  readonly #startNanos: bigint
  readonly #timers: Set<Timer> = new Set()

  /** @param startNanos wall time at the beginning, nanoseconds since 1970 */
  constructor(startNanos = 1_800_000_000_000_000_000n) {
    this.#startNanos = startNanos
  }

  unixNanos(): bigint {
    return this.#startNanos + BigInt(Math.round(this.#elapsedMs * 1000)) * 1000n
  }

  unixMillis(): number {
    return Number(this.unixNanos() / 1_000_000n)
  }

  monotonicMillis(): number {
    return this.#elapsedMs
  }

  after(delayMs: number, callback: () => void): () => void {
    const timer: Timer = { dueMs: this.#elapsedMs + Math.max(0, delayMs), order: this.#order++, callback }
    this.#timers.add(timer)
    return () => this.#timers.delete(timer)
  }

  /** Timers that have not fired. */
  get pending(): number {
    return this.#timers.size
  }

  /**
   * Moves time on and fires what falls due, in order of time; timers set meanwhile fire too when they are due. Promise
   * callbacks run between two timers.
   */
  async advance(ms: number): Promise<void> {
    const until = this.#elapsedMs + ms
    for (;;) {
      let next: Timer | undefined
      for (const timer of this.#timers) {
        if (timer.dueMs > until) continue
        if (
          next === undefined ||
          timer.dueMs < next.dueMs ||
          (timer.dueMs === next.dueMs && timer.order < next.order)
        ) {
          next = timer
        }
      }
      if (next === undefined) break
      this.#timers.delete(next)
      this.#elapsedMs = Math.max(this.#elapsedMs, next.dueMs)
      next.callback()
      await new Promise((resolve) => setImmediate(resolve))
    }
    this.#elapsedMs = until
    await new Promise((resolve) => setImmediate(resolve))
  }
}
