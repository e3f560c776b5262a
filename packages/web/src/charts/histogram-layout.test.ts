import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { bucketTotals, histogramBars, niceCeiling } from './histogram-layout.ts'

const series = (counts: number[], key = 'info') => ({ key, label: key, colorToken: `--severity-${key}`, counts })

test('the scale ends at a round number', () => {
  expect([0, 1, 3, 5, 7, 11, 250, 0.4].map(niceCeiling)).toEqual([1, 1, 3, 5, 8, 15, 300, 0.4])
})

test('totals add up over the series, short series count as zero', () => {
  expect(bucketTotals([series([1, 2]), series([5])], 3)).toEqual([6, 2, 0])
})

test('bars are stacked from the bottom', () => {
  const bars = histogramBars([series([5]), series([5], 'error')], 1, 10, 100)
  expect(bars.map(({ y, height }) => [y, height])).toEqual([
    [50, 50],
    [0, 50],
  ])
})

test('one error among a million lines is a pixel one can see', () => {
  const bars = histogramBars([series([1_000_000]), series([1], 'error')], 1, 10, 100)
  expect(bars.find((bar) => bar.series === 1)?.height).toBe(1)
  expect(bars.find((bar) => bar.series === 1)?.y).toBeGreaterThanOrEqual(0)
})

test('bars stay inside the box and a zero draws nothing', () => {
  const counts = fc.array(fc.nat(1_000_000), { minLength: 5, maxLength: 5 })
  fc.assert(
    fc.property(fc.array(counts, { minLength: 1, maxLength: 4 }), (rows) => {
      const bars = histogramBars(
        rows.map((row) => series(row)),
        5,
        200,
        60,
      )
      expect(bars).toHaveLength(rows.flat().filter((count) => count > 0).length)
      for (const bar of bars) {
        expect(bar.y).toBeGreaterThanOrEqual(0)
        expect(bar.y).toBeLessThan(60)
        expect(bar.x + bar.width).toBeLessThanOrEqual(200)
      }
    }),
  )
})
