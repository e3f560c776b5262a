import { thresholdOf, type Threshold } from '../tracer/consistent-threshold.ts'

/** Over how long the rate is averaged. */
const AVERAGE_MS = 2000
/** A share that differs by less is left as it is: a threshold takes microseconds to work out. */
const TOLERANCE = 0.02

/**
 * The share of what comes that makes so many a second, on average. It follows the rate of arrivals, never the dice, so
 * the inverse of the share is the right count for whatever is kept by it.
 */
export class RateShare {
  readonly perSecond: number
  #weight = 0
  #spanMs = AVERAGE_MS
  #lastMs: number
  #threshold: Threshold = thresholdOf(1)
  #share = 1

  constructor(perSecond: number, nowMs: number) {
    this.perSecond = perSecond
    this.#lastMs = nowMs
  }

  /** Counts one arrival and says which share is kept now; `limit` is the most it may be. */
  next(nowMs: number, limit = 1): number {
    const elapsedMs = Math.max(0, nowMs - this.#lastMs)
    this.#lastMs = nowMs
    const decay = Math.exp(-elapsedMs / AVERAGE_MS)
    this.#weight = this.#weight * decay + 1
    this.#spanMs = this.#spanMs * decay + elapsedMs
    const share = Math.min(limit, (this.perSecond * this.#spanMs) / (this.#weight * 1000))
    if (Math.abs(share - this.#share) > this.#share * TOLERANCE || (share === limit && this.#share !== limit)) {
      this.#share = share
      if (share > 0) this.#threshold = thresholdOf(share)
    }
    return this.#share
  }

  /** The threshold of the share that `next` gave last. */
  get threshold(): Threshold {
    return this.#threshold
  }
}
