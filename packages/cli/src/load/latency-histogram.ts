const BUCKETS_PER_DECADE = 100
const DECADES = 9
/** The smallest latency that is told apart, in milliseconds. */
const FLOOR_MS = 0.001

/** Latencies in a fixed amount of memory, exact to about 2 %. */
export class LatencyHistogram {
  readonly #counts = new Float64Array(BUCKETS_PER_DECADE * DECADES + 1)
  #count = 0
  #maxMs = 0

  record(latencyMs: number): void {
    const index = Math.floor(Math.log10(Math.max(latencyMs, FLOOR_MS) / FLOOR_MS) * BUCKETS_PER_DECADE)
    const bucket = Math.min(this.#counts.length - 1, index)
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1
    this.#count += 1
    this.#maxMs = Math.max(this.#maxMs, latencyMs)
  }

  get count(): number {
    return this.#count
  }

  get maxMs(): number {
    return this.#maxMs
  }

  /** The latency that a share of all stayed within (upper edge of its bucket); 0 when there are none. */
  quantileMs(share: number): number {
    let left = Math.ceil(this.#count * share)
    if (left === 0) return 0
    for (const [bucket, count] of this.#counts.entries()) {
      left -= count
      if (left <= 0) return Math.min(this.#maxMs, FLOOR_MS * 10 ** ((bucket + 1) / BUCKETS_PER_DECADE))
    }
    return this.#maxMs
  }
}
