import { expect, test } from 'vitest'
import { AXIS_BOTTOM_PX, AXIS_LEFT_PX, boxOf, xOf, yOf, type DurationPlane } from './duration-axes.ts'

const plane: DurationPlane = {
  width: 1000 + AXIS_LEFT_PX,
  height: 100 + AXIS_BOTTOM_PX,
  lowNanos: 1e3,
  highNanos: 1e9,
  range: { startNanos: 1_000_000_000_000n, endNanos: 1_001_000_000_000n },
}

test('durations rise, logarithmically', () => {
  expect(yOf(plane, 1e3)).toBe(100)
  expect(yOf(plane, 1e6)).toBeCloseTo(50)
  expect(yOf(plane, 1e9)).toBeCloseTo(0)
})

test('a box is a range and two durations, from whichever corner it was dragged', () => {
  const box = boxOf(plane, { x: xOf(plane, 0.75), y: 25 }, { x: xOf(plane, 0.25), y: 75 })
  expect(box.range).toEqual({ startNanos: 1_000_250_000_000n, endNanos: 1_000_750_000_000n })
  expect(box.atLeastNanos).toBeCloseTo(10 ** 4.5, 0)
  expect(box.atMostNanos).toBeCloseTo(10 ** 7.5, -3)
})

test('a flat box is only time, a narrow one only durations', () => {
  const flat = boxOf(plane, { x: 100, y: 50 }, { x: 300, y: 52 })
  expect([flat.atLeastNanos, flat.atMostNanos]).toEqual([undefined, undefined])
  expect(boxOf(plane, { x: 100, y: 20 }, { x: 102, y: 60 }).range).toEqual(plane.range)
})

test('a box that reaches the edge is open there', () => {
  const up = boxOf(plane, { x: 100, y: 3 }, { x: 300, y: 50 })
  expect(up.atMostNanos).toBeUndefined()
  expect(up.atLeastNanos).toBeDefined()
  expect(boxOf(plane, { x: 100, y: 50 }, { x: 300, y: 110 }).atLeastNanos).toBeUndefined()
})
