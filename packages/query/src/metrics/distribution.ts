/** Measurements of some time as counts of intervals (lower, upper]; built by adding up points of histograms. */
export class Distribution {
  count = 0
  sum = 0
  /** False when a point came without its sum. */
  hasSum = true
  min = Infinity
  max = -Infinity
  readonly #buckets = new Map<string, { lower: number; upper: number; weight: number }>()

  addBucket(lower: number, upper: number, weight: number): void {
    if (weight <= 0) return
    const key = `${lower} ${upper}`
    const bucket = this.#buckets.get(key)
    if (bucket === undefined) this.#buckets.set(key, { lower, upper, weight })
    else bucket.weight += weight
  }

  /**
   * The quantile, interpolated inside its bucket; null when there are no buckets. Buckets of different series may
   * overlap (other bounds): they are walked by their upper bounds, which keeps the error inside one bucket.
   */
  quantile(quantile: number): number | null {
    const buckets = [...this.#buckets.values()].sort((a, b) => a.upper - b.upper || a.lower - b.lower)
    const total = buckets.reduce((sum, bucket) => sum + bucket.weight, 0)
    let rest = total * quantile
    for (const [index, bucket] of buckets.entries()) {
      if (rest > bucket.weight && index < buckets.length - 1) {
        rest -= bucket.weight
        continue
      }
      return this.#inside(bucket, rest / bucket.weight)
    }
    return null
  }

  #inside(bucket: { lower: number; upper: number }, share: number): number {
    // The smallest and largest measurement are tighter bounds than those of the first and the last bucket.
    const lower = this.min === Infinity ? bucket.lower : Math.max(bucket.lower, Math.min(this.min, bucket.upper))
    const upper = this.max === -Infinity ? bucket.upper : Math.min(bucket.upper, Math.max(this.max, bucket.lower))
    if (!Number.isFinite(lower)) return Number.isFinite(upper) ? upper : 0
    if (!Number.isFinite(upper)) return lower
    return lower + (upper - lower) * Math.min(1, Math.max(0, share))
  }
}
