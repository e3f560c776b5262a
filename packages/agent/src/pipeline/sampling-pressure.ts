/** What pressure acts on. */
export interface Reducible {
  /** Share that is kept, 0 < keep <= 1. */
  keep: number
}

const SMALLEST_KEEP = 1 / 1024
const HIGH_WATER = 0.5
const LOW_WATER = 0.25

/**
 * Turns a buffer that fills up into fewer new traces, long before anything must be dropped: above half full each
 * further request halves the share that is kept, below a quarter every quiet moment doubles it again.
 */
export class SamplingPressure {
  readonly #target: Reducible

  constructor(target: Reducible) {
    this.#target = target
  }

  get reduced(): boolean {
    return this.#target.keep < 1
  }

  /** To be called when a request has been put together; `fill` is the used part of the budget. True when it acted. */
  filled(fill: number): boolean {
    if (fill <= HIGH_WATER || this.#target.keep <= SMALLEST_KEEP) return false
    this.#target.keep = Math.max(SMALLEST_KEEP, this.#target.keep / 2)
    return true
  }

  /** To be called about once a second. */
  relax(fill: number): void {
    if (fill < LOW_WATER && this.#target.keep < 1) this.#target.keep = Math.min(1, this.#target.keep * 2)
  }
}
