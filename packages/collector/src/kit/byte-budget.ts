/** A bound on bytes held at once by many parties. Not a semaphore: nobody waits, a taker that does not fit is told so. */
export class ByteBudget {
  readonly capacityBytes: number
  #usedBytes = 0

  constructor(capacityBytes: number) {
    this.capacityBytes = capacityBytes
  }

  get usedBytes(): number {
    return this.#usedBytes
  }

  /** Takes `bytes` when they fit. One taker always fits when nothing is held, so a big request is never starved. */
  tryTake(bytes: number): boolean {
    if (this.#usedBytes > 0 && this.#usedBytes + bytes > this.capacityBytes) return false
    this.#usedBytes += bytes
    return true
  }

  /** Takes `bytes` without asking: for what is there already and can only be accounted for. */
  take(bytes: number): void {
    this.#usedBytes += bytes
  }

  /** Gives back what was taken. */
  release(bytes: number): void {
    this.#usedBytes = Math.max(0, this.#usedBytes - bytes)
  }
}
