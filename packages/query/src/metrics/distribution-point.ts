import type { Distribution } from './distribution.ts'

/** A point of a histogram, an exponential histogram or a summary, as numbers. */
export interface DistributionPoint {
  readonly atNanos: bigint
  readonly startNanos: bigint
  readonly count: number
  /** Null when it was not sent. */
  readonly sum: number | null
  readonly min: number | null
  readonly max: number | null
  readonly shape: BucketShape
}

export type BucketShape =
  | { readonly kind: 'explicit'; readonly bounds: readonly number[]; readonly counts: readonly number[] }
  | {
      readonly kind: 'exponential'
      readonly scale: number
      readonly zeroCount: number
      readonly zeroThreshold: number
      readonly positive: ExponentialBuckets
      readonly negative: ExponentialBuckets
    }
  | { readonly kind: 'none' }

export interface ExponentialBuckets {
  readonly offset: number
  readonly counts: readonly number[]
}

/**
 * Adds what `point` adds to `before`: all of it for delta points and after a restart (the start moved, or the count fell),
 * else the difference.
 */
export function addGrowth(
  into: Distribution,
  point: DistributionPoint,
  before: DistributionPoint | undefined,
  isCumulative: boolean,
): void {
  const base = isCumulative && before !== undefined && !isRestart(point, before) ? before : undefined
  into.count += point.count - (base?.count ?? 0)
  if (point.sum === null || (base !== undefined && base.sum === null)) into.hasSum = false
  else into.sum += point.sum - (base?.sum ?? 0)
  // Of a cumulative point they are those since its start, not of this step.
  if (base === undefined) {
    into.min = Math.min(into.min, point.min ?? Infinity)
    into.max = Math.max(into.max, point.max ?? -Infinity)
  }
  addShape(into, point.shape, base?.shape)
}

function isRestart(point: DistributionPoint, before: DistributionPoint): boolean {
  if (point.count < before.count) return true
  return point.startNanos !== before.startNanos && point.startNanos >= before.atNanos
}

function addShape(into: Distribution, shape: BucketShape, base: BucketShape | undefined): void {
  if (shape.kind === 'explicit') addExplicit(into, shape, base?.kind === 'explicit' ? base : undefined)
  if (shape.kind === 'exponential') addExponential(into, shape, base?.kind === 'exponential' ? base : undefined)
}

type Explicit = BucketShape & { kind: 'explicit' }
type Exponential = BucketShape & { kind: 'exponential' }

function addExplicit(into: Distribution, shape: Explicit, base: Explicit | undefined): void {
  const { bounds, counts } = shape
  const sameBounds =
    base !== undefined && base.bounds.length === bounds.length && base.bounds.every((b, i) => b === bounds[i])
  counts.forEach((count, i) => {
    const upper = bounds[i] ?? Infinity
    // Measurements below the first bound are rarely negative: zero is the natural floor of most of what is measured.
    const lower = i === 0 ? (upper > 0 ? 0 : -Infinity) : (bounds[i - 1] ?? -Infinity)
    into.addBucket(lower, upper, count - (sameBounds ? (base.counts[i] ?? 0) : 0))
  })
}

function addExponential(into: Distribution, shape: Exponential, base: Exponential | undefined): void {
  // A histogram that outgrew its buckets was merged into a coarser scale: bring the one before to the same scale.
  const shift = base === undefined ? 0 : base.scale - shape.scale
  const comparable = base !== undefined && shift >= 0 ? base : undefined
  const baseUpper = 2 ** (2 ** -shape.scale)
  const zero = shape.zeroCount - (comparable?.zeroCount ?? 0)
  into.addBucket(-shape.zeroThreshold, shape.zeroThreshold, zero)
  for (const [sign, own, old] of [
    [1, shape.positive, comparable?.positive],
    [-1, shape.negative, comparable?.negative],
  ] as const) {
    const earlier = old === undefined ? new Map<number, number>() : downscaled(old, shift)
    own.counts.forEach((count, i) => {
      const index = own.offset + i
      const weight = count - (earlier.get(index) ?? 0)
      const [near, far] = [baseUpper ** index, baseUpper ** (index + 1)]
      if (sign > 0) into.addBucket(near, far, weight)
      else into.addBucket(-far, -near, weight)
    })
  }
}

/** Counts by bucket index at a scale that is coarser by `shift`. */
function downscaled(buckets: ExponentialBuckets, shift: number): Map<number, number> {
  const counts = new Map<number, number>()
  buckets.counts.forEach((count, i) => {
    const index = Math.floor((buckets.offset + i) / 2 ** shift)
    counts.set(index, (counts.get(index) ?? 0) + count)
  })
  return counts
}
