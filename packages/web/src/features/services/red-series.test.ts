import { expect, test } from 'vitest'
import { durationLines, errorLines, errorRatios, rates, redSteps } from './red-series.ts'

const series = {
  startNanos: '1700000000000000000',
  stepNanos: 30e9,
  calls: [60, 0, 30],
  errors: [6, 0, 30],
  p50Nanos: [1, null, 2],
  p95Nanos: [3, null, 4],
  p99Nanos: [5, null, 6],
}

test('rates are a second, whatever the step', () => {
  expect(rates(series)).toEqual([2, 0, 1])
  expect(redSteps(series).count).toBe(3)
})

test('no calls have no error ratio, which is not the same as no errors', () => {
  expect(errorRatios(series)).toEqual([0.1, null, 1])
  expect(errorLines(series)[0]?.values).toEqual([10, null, 100])
})

test('duration lines keep the gaps', () => {
  expect(durationLines(series).map((line) => [line.label, line.values[1]])).toEqual([
    ['p99', null],
    ['p95', null],
    ['p50', null],
  ])
})
