/** How long to wait between attempts; the shape of the Collector's `retry_on_failure`. */
export interface BackoffOptions {
  readonly initialMs: number
  readonly multiplier: number
  /** 0 is no jitter; 0.5 spreads a delay over half to one and a half times its length. */
  readonly randomizationFactor: number
  readonly maxMs: number
  /** Gives up when the time since the first attempt would exceed this; 0 never gives up. */
  readonly maxElapsedMs: number
}

/** Exponential back-off with jitter for one operation. Time is passed in, so tests own it. */
export class Backoff {
  readonly #options: BackoffOptions
  readonly #startedMs: number
  readonly #random: () => number
  #nextMs: number

  constructor(options: BackoffOptions, nowMs: number, random: () => number = Math.random) {
    this.#options = options
    this.#startedMs = nowMs
    this.#random = random
    this.#nextMs = options.initialMs
  }

  /**
   * The delay before the next attempt, or undefined when no attempt is left. A delay asked for by the server
   * (`atLeastMs`) is a lower bound: it wins over a shorter back-off.
   */
  next(nowMs: number, atLeastMs = 0): number | undefined {
    const { multiplier, randomizationFactor, maxMs, maxElapsedMs } = this.#options
    const spread = this.#nextMs * randomizationFactor
    const jittered = this.#nextMs - spread + this.#random() * spread * 2
    this.#nextMs = Math.min(this.#nextMs * multiplier, maxMs)
    const delay = Math.max(jittered, atLeastMs)
    if (maxElapsedMs > 0 && nowMs - this.#startedMs + delay > maxElapsedMs) return undefined
    return delay
  }
}
