import { expect, test } from 'vitest'
import fc from 'fast-check'
import { decades, logTicks, ticks, tickStepNanos } from './ticks.ts'

test.each([
  [1000, 10, 100],
  [1000, 6, 200],
  [1e9, 4, 5e8],
  [3600e9, 8, 600e9],
  [86_400e9, 8, 10_800e9],
  [300e9, 6, 60e9],
])('%d ns in at most %d ticks steps by %d', (span, max, step) => {
  expect(tickStepNanos(span, max)).toBe(step)
})

test('never more ticks than asked for, for any span', () => {
  fc.assert(
    fc.property(fc.double({ min: 1, max: 1e18, noNaN: true }), fc.integer({ min: 1, max: 30 }), (span, max) => {
      const found = ticks(0, span, max)
      expect(found.length).toBeLessThanOrEqual(max + 1)
      expect(found[0]).toBe(0)
    }),
  )
})

test('decades', () => {
  expect(decades(1000, 1e6)).toEqual([1e3, 1e4, 1e5, 1e6])
  expect(decades(1500, 9000)).toEqual([])
})

test('a short logarithmic axis gets twos and fives', () => {
  expect(logTicks(15, 300)).toEqual([20, 50, 100, 200])
  expect(logTicks(2100, 2900)).toEqual([])
  expect(logTicks(1, 1000)).toEqual([1, 10, 100, 1000])
})
