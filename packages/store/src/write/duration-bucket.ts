/** Buckets per doubling of the duration. */
export const BUCKETS_PER_DOUBLING = 8

/** The bucket of a duration: b holds (2^(b/8), 2^((b+1)/8)] nanoseconds; 1 and less is in -1. Error of a bucket's middle: 4.5 %. */
export function durationBucket(durationNanos: number): number {
  return durationNanos <= 1 ? -1 : Math.ceil(Math.log2(durationNanos) * BUCKETS_PER_DOUBLING) - 1
}

/** Upper bound of a bucket in nanoseconds. */
export function bucketUpperNanos(bucket: number): number {
  return 2 ** ((bucket + 1) / BUCKETS_PER_DOUBLING)
}
