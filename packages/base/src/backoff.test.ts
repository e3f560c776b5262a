import { expect, test } from 'vitest'
import fc from 'fast-check'
import { Backoff, type BackoffOptions } from './backoff.ts'

const options: BackoffOptions = {
  initialMs: 100,
  multiplier: 2,
  randomizationFactor: 0.5,
  maxMs: 1000,
  maxElapsedMs: 10_000,
}

test('delays double up to the maximum', () => {
  const backoff = new Backoff(options, 0, () => 0.5)
  expect([1, 2, 3, 4, 5, 6].map(() => backoff.next(0))).toEqual([100, 200, 400, 800, 1000, 1000])
})

test('jitter stays within the factor', () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 0.999, noNaN: true }), (random) => {
      const delay = new Backoff(options, 0, () => random).next(0)
      expect(delay).toBeGreaterThanOrEqual(50)
      expect(delay).toBeLessThan(150)
    }),
  )
})

test('a delay asked for by the server is a lower bound', () => {
  expect(new Backoff(options, 0, () => 0.5).next(0, 3000)).toBe(3000)
  expect(new Backoff(options, 0, () => 0.5).next(0, 5)).toBe(100)
})

test('gives up when the time is over, and never when it is 0', () => {
  expect(new Backoff(options, 0, () => 0.5).next(9_950)).toBeUndefined()
  expect(new Backoff({ ...options, maxElapsedMs: 0 }, 0, () => 0.5).next(1e12)).toBe(100)
})
