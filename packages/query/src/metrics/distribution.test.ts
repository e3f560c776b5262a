import { expect, test } from 'vitest'
import { addGrowth, type DistributionPoint } from './distribution-point.ts'
import { Distribution } from './distribution.ts'

const explicit = (at: number, counts: number[], more: Partial<DistributionPoint> = {}): DistributionPoint => ({
  atNanos: BigInt(at),
  startNanos: 0n,
  count: counts.reduce((a, b) => a + b, 0),
  sum: counts.reduce((a, b) => a + b, 0) * 10,
  min: null,
  max: null,
  shape: { kind: 'explicit', bounds: [10, 20, 40], counts },
  ...more,
})

test('a delta point counts whole, a cumulative one by what it adds, a restarted one whole again', () => {
  const delta = new Distribution()
  addGrowth(delta, explicit(2, [5, 5, 0, 0]), explicit(1, [5, 0, 0, 0]), false)
  expect(delta.count).toBe(10)
  const cumulative = new Distribution()
  addGrowth(cumulative, explicit(2, [5, 5, 0, 0]), explicit(1, [5, 0, 0, 0]), true)
  expect([cumulative.count, cumulative.sum]).toEqual([5, 50])
  expect(cumulative.quantile(0.5)).toBe(15)
  const fell = new Distribution()
  addGrowth(fell, explicit(2, [1, 0, 0, 0]), explicit(1, [5, 0, 0, 0]), true)
  expect(fell.count).toBe(1)
  const moved = new Distribution()
  addGrowth(moved, explicit(9, [6, 0, 0, 0], { startNanos: 5n }), explicit(4, [5, 0, 0, 0]), true)
  expect(moved.count).toBe(6)
})

test('quantiles are interpolated inside buckets, and held by min and max', () => {
  const distribution = new Distribution()
  addGrowth(distribution, explicit(1, [0, 10, 10, 0]), undefined, false)
  expect(distribution.quantile(0.25)).toBe(15)
  expect(distribution.quantile(0.5)).toBe(20)
  expect(distribution.quantile(1)).toBe(40)
  const open = new Distribution()
  addGrowth(open, explicit(1, [0, 0, 0, 4], { min: 50, max: 60 }), undefined, false)
  expect(open.quantile(0)).toBe(50)
  expect(open.quantile(1)).toBe(60)
  const unbounded = new Distribution()
  addGrowth(unbounded, explicit(1, [0, 0, 0, 4]), undefined, false)
  expect(unbounded.quantile(0.5)).toBe(40)
  expect(new Distribution().quantile(0.5)).toBeNull()
})

const exponential = (
  at: number,
  scale: number,
  offset: number,
  counts: number[],
  zeroCount = 0,
  negative: number[] = [],
): DistributionPoint => ({
  atNanos: BigInt(at),
  startNanos: 0n,
  count: [...counts, ...negative].reduce((a, b) => a + b, zeroCount),
  sum: 0,
  min: null,
  max: null,
  shape: {
    kind: 'exponential',
    scale,
    zeroCount,
    zeroThreshold: 0,
    positive: { offset, counts },
    negative: { offset: 0, counts: negative },
  },
})

test('exponential buckets lie between powers of the base, on both sides of zero', () => {
  const one = new Distribution()
  addGrowth(one, exponential(1, 0, 3, [8]), undefined, false)
  expect([one.quantile(0), one.quantile(0.5), one.quantile(1)]).toEqual([8, 12, 16])
  const both = new Distribution()
  addGrowth(both, exponential(1, 0, 0, [1], 1, [1]), undefined, false)
  expect([both.quantile(0), both.quantile(0.5), both.quantile(1)]).toEqual([-2, 0, 2])
})

test('a cumulative exponential histogram that changed to a coarser scale still counts only what is new', () => {
  const distribution = new Distribution()
  // At scale 1 the buckets 6 and 7 are (8, 11.3] and (11.3, 16]: at scale 0 both are bucket 3.
  addGrowth(distribution, exponential(2, 0, 3, [9, 4]), exponential(1, 1, 6, [4, 5]), true)
  expect(distribution.count).toBe(4)
  expect([distribution.quantile(0), distribution.quantile(1)]).toEqual([16, 32])
})

test('a missing sum makes the sum unknown', () => {
  const distribution = new Distribution()
  addGrowth(distribution, explicit(1, [1, 0, 0, 0], { sum: null }), undefined, false)
  expect(distribution.hasSum).toBe(false)
})
