import { bucketUpperNanos } from '@clew/store/write/duration-bucket'

/** `sumMap` of `DurationBuckets` as the driver gives it: bucket numbers (rising) and the weight of each. */
export type DurationBuckets = readonly [readonly number[], readonly number[]]

/** Adds histograms. */
export function addBuckets(into: Map<number, number>, buckets: DurationBuckets): void {
  const [numbers, weights] = buckets
  numbers.forEach((bucket, i) => into.set(bucket, (into.get(bucket) ?? 0) + (weights[i] ?? 0)))
}

/**
 * The quantile (0 to 1) of weighted durations in nanoseconds, interpolated inside a bucket on the logarithmic scale;
 * null when there are none.
 */
export function bucketQuantileNanos(buckets: ReadonlyMap<number, number>, quantile: number): number | null {
  const entries = [...buckets].filter(([, weight]) => weight > 0).sort(([a], [b]) => a - b)
  const total = entries.reduce((sum, [, weight]) => sum + weight, 0)
  let rest = total * quantile
  for (const [index, [bucket, weight]] of entries.entries()) {
    if (rest > weight && index < entries.length - 1) {
      rest -= weight
      continue
    }
    if (bucket < 0) return 0
    const [lower, upper] = [bucketUpperNanos(bucket - 1), bucketUpperNanos(bucket)]
    return lower * (upper / lower) ** Math.min(1, Math.max(0, rest / weight))
  }
  return null
}
