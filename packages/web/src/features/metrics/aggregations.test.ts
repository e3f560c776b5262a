import { expect, test } from 'vitest'
import { METRIC_AGGREGATIONS, METRIC_TYPES } from '@clew/contract/metrics'
import { aggregatedUnit, aggregationLabel, aggregationsOf } from './aggregations.ts'

test('every type offers something, and only what the API knows', () => {
  for (const type of METRIC_TYPES) {
    for (const monotonic of [true, false]) {
      const offered = aggregationsOf(type, monotonic)
      expect(offered.length).toBeGreaterThan(0)
      for (const one of offered) expect(METRIC_AGGREGATIONS).toContain(one)
    }
  }
  expect(aggregationsOf('sum', true)[0]).toBe('rate')
  expect(aggregationsOf('sum', false)[0]).toBe('avg')
})

test('every aggregation has a name', () => {
  for (const one of METRIC_AGGREGATIONS) expect(aggregationLabel(one)).not.toBe('')
})

test('units follow what is computed', () => {
  expect(aggregatedUnit('{order}', 'sum', 'rate')).toBe('{order}/s')
  expect(aggregatedUnit('1', 'sum', 'rate')).toBe('/s')
  expect(aggregatedUnit('s', 'histogram', 'p95')).toBe('s')
  expect(aggregatedUnit('s', 'histogram', 'rate')).toBe('/s')
  expect(aggregatedUnit('s', 'histogram', 'increase')).toBe('')
  expect(aggregatedUnit('By', 'gauge', 'count')).toBe('')
})
