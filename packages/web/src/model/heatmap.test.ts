import { describe, expect, test } from 'vitest'
import { readDurationNanos } from '@clew/lang/search/read-duration'
import { durationAt, durationLiteral, heatStep, rangePart, shareOfDuration, shownRows } from './heatmap.ts'

const cell = (duration: number) => ({ time: 0, duration, count: 1, errors: 0 })

describe('shownRows', () => {
  test('covers the cells with a margin', () => {
    expect(shownRows([cell(10), cell(20)], 40, 3)).toEqual({ first: 9, last: 21 })
  })
  test('grows to the least number of rows and stays inside', () => {
    expect(shownRows([cell(0)], 40, 8)).toEqual({ first: 0, last: 7 })
    expect(shownRows([cell(39)], 40, 8)).toEqual({ first: 32, last: 39 })
    expect(shownRows([cell(1)], 3, 8)).toEqual({ first: 0, last: 2 })
  })
  test('shows all rows when there is nothing', () => {
    expect(shownRows([], 12)).toEqual({ first: 0, last: 11 })
  })
})

test('heat steps rise with counts and end at the last', () => {
  const steps = [1, 2, 10, 100, 1000].map((count) => heatStep(count, 1000, 6))
  expect(steps).toEqual([...steps].sort((a, b) => a - b))
  expect(steps[0]).toBe(0)
  expect(steps.at(-1)).toBe(5)
  expect(heatStep(1, 1, 6)).toBe(3)
})

test('the duration axis goes both ways', () => {
  for (const nanos of [1e3, 5e5, 1e9])
    expect(durationAt(shareOfDuration(nanos, 1e3, 1e9), 1e3, 1e9)).toBeCloseTo(nanos, 0)
})

test('a dragged part of a range keeps nanoseconds exact at the ends', () => {
  const range = { startNanos: 1_769_864_607_120_000_456n, endNanos: 1_769_864_607_120_000_456n + 3_600_000_000_000n }
  expect(rangePart(range, 1, 0)).toEqual(range)
  expect(rangePart(range, 0.5, 0.25)).toEqual({
    startNanos: range.startNanos + 900_000_000_000n,
    endNanos: range.startNanos + 1_800_000_000_000n,
  })
  const thin = rangePart(range, 0.5, 0.5)
  expect(thin.endNanos - thin.startNanos).toBe(1000n)
})

test.each([
  [12_345_678, '12.3ms'],
  [999, '999ns'],
  [1500, '1.5us'],
  [61e9, '61s'],
])('%d ns is written %s and read back', (nanos, text) => {
  expect(durationLiteral(nanos)).toBe(text)
  expect(Number(readDurationNanos(text))).toBeCloseTo(Number(nanos.toPrecision(3)))
})
