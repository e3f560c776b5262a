import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { millisAt, pixelOf } from './figure-model.ts'

const steps = { startNanos: '1700000000000000000', stepNanos: 1e9, count: 100 }
const area = { left: 40, top: 0, width: 500, height: 100 }

test('pixels and times are each other inverse', () => {
  fc.assert(
    fc.property(fc.double({ min: 40, max: 540, noNaN: true }), (x) => {
      expect(pixelOf(millisAt(x, area, steps), area, steps)).toBeCloseTo(x, 1)
    }),
  )
})

test('a pointer outside is clamped, a time outside has no pixel', () => {
  expect(millisAt(0, area, steps)).toBe(1_700_000_000_000)
  expect(millisAt(9999, area, steps)).toBe(1_700_000_100_000)
  expect(pixelOf(1_700_000_100_001, area, steps)).toBeNull()
})
