import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { sparklinePath } from './sparkline-path.ts'

test('the highest value touches the top, zero the bottom', () => {
  expect(sparklinePath([0, 10, 5], 20, 10).line).toBe('M0 10L10 0L20 5')
})

test('a gap breaks the line and a lone value is a dash', () => {
  expect(sparklinePath([1, null, 1, 1], 30, 10).line).toBe('M0 0L2 0M20 0L30 0')
})

test('nothing and all zero are drawn without NaN', () => {
  expect(sparklinePath([], 30, 10)).toEqual({ line: '', area: '' })
  expect(sparklinePath([0, 0], 30, 10).line).toBe('M0 10L30 10')
})

test('every coordinate is a number inside the box', () => {
  const value = fc.option(fc.double({ min: 0, max: 1e12, noNaN: true }), { nil: null })
  fc.assert(
    fc.property(fc.array(value, { maxLength: 50 }), (values) => {
      const { line, area } = sparklinePath(values, 100, 20)
      for (const text of (line + area).match(/[-\w.]+/g) ?? []) {
        for (const number of text.replace(/[MLZ]/g, ' ').trim().split(' ').filter(Boolean)) {
          expect(Number(number)).toBeGreaterThanOrEqual(0)
          expect(Number(number)).toBeLessThanOrEqual(100)
        }
      }
    }),
  )
})
