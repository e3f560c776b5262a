import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { allStepMillis, millisRange, stepAt, stepMillis, stepRange } from './time-steps.ts'

const steps = { startNanos: '1700000000000000000', stepNanos: 30e9, count: 4 }

test('steps become milliseconds', () => {
  expect(allStepMillis(steps)).toEqual([1_700_000_000_000, 1_700_000_030_000, 1_700_000_060_000, 1_700_000_090_000])
  expect(stepMillis(steps, 3)).toBe(1_700_000_090_000)
})

test('a time finds its step, and none outside', () => {
  expect(stepAt(steps, 1_700_000_000_000)).toBe(0)
  expect(stepAt(steps, 1_700_000_059_999)).toBe(1)
  expect(stepAt(steps, 1_700_000_120_000)).toBeNull()
  expect(stepAt(steps, 1_699_999_999_999)).toBeNull()
  expect(stepAt({ ...steps, count: 0 }, 1_700_000_000_000)).toBeNull()
})

test('a drag covers whole steps in either direction and never leaves the data', () => {
  fc.assert(
    fc.property(fc.integer({ min: -9, max: 12 }), fc.integer({ min: -9, max: 12 }), (from, to) => {
      const range = stepRange(steps, from, to)
      expect(range).toEqual(stepRange(steps, to, from))
      expect(range.endNanos > range.startNanos).toBe(true)
      expect(range.startNanos >= 1_700_000_000_000_000_000n).toBe(true)
      expect(range.endNanos <= 1_700_000_120_000_000_000n).toBe(true)
    }),
  )
})

test('a range of milliseconds is never empty', () => {
  expect(millisRange(5, 5)).toEqual({ startNanos: 5_000_000n, endNanos: 6_000_000n })
  expect(millisRange(9, 5)).toEqual({ startNanos: 5_000_000n, endNanos: 9_000_000n })
})
