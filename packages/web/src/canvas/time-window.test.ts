import { expect, test } from 'vitest'
import fc from 'fast-check'
import { clampWindow, fitWindow, panWindow, zoomWindow } from './time-window.ts'

const anyWindow = fc
  .record({
    total: fc.double({ min: 1, max: 1e12, noNaN: true }),
    a: fc.double({ min: 0, max: 1, noNaN: true }),
    b: fc.double({ min: 0, max: 1, noNaN: true }),
  })
  .map(({ total, a, b }) => ({
    total,
    window: clampWindow({ start: Math.min(a, b) * total, end: Math.max(a, b) * total }, total, 100),
  }))

test('a window never leaves the line and never turns round', () => {
  fc.assert(
    fc.property(
      anyWindow,
      fc.double({ min: 0.001, max: 1000, noNaN: true }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      ({ total, window }, factor, anchor) => {
        for (const next of [
          zoomWindow(window, factor, anchor, total),
          panWindow(window, anchor * 4 - 2, total),
          fitWindow(window.start, window.end, total),
        ]) {
          expect(next.start).toBeGreaterThanOrEqual(-1e-3)
          expect(next.end).toBeLessThanOrEqual(total * (1 + 1e-9))
          expect(next.end - next.start).toBeGreaterThanOrEqual(Math.min(100, total) * (1 - 1e-6))
        }
      },
    ),
  )
})

test('zooming keeps the point under the pointer', () => {
  const before = { start: 2000, end: 6000 }
  const after = zoomWindow(before, 0.5, 0.25, 10_000)
  expect(after.start + (after.end - after.start) * 0.25).toBeCloseTo(3000)
  expect(after.end - after.start).toBe(2000)
})

test('panning stops at the edges without shrinking', () => {
  expect(panWindow({ start: 8000, end: 10_000 }, 0.5, 10_000)).toEqual({ start: 8000, end: 10_000 })
  expect(panWindow({ start: 0, end: 2000 }, 0.5, 10_000)).toEqual({ start: 1000, end: 3000 })
})
