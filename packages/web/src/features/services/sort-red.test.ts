import { expect, test } from 'vitest'
import { sortRed, totalNanos } from './sort-red.ts'

const row = (name: string, calls: number, p95Nanos: number | null) => ({
  name,
  red: {
    calls,
    errors: 0,
    callsPerSecond: calls / 60,
    errorRatio: 0,
    p50Nanos: p95Nanos === null ? null : p95Nanos / 2,
    p95Nanos,
    p99Nanos: p95Nanos,
  },
})
const rows = [row('b', 10, 5), row('a', 10, null), row('c', 99, 3)]
const names = (sorted: readonly { name: string }[]): string => sorted.map(({ name }) => name).join('')

test('sorts by number, equal ones by name', () => {
  expect(names(sortRed(rows, 'rate', true))).toBe('cab')
  expect(names(sortRed(rows, 'rate', false))).toBe('abc')
  expect(names(sortRed(rows, 'name', true))).toBe('cba')
})

test('what has no value comes last in both directions', () => {
  expect(names(sortRed(rows, 'p95', true))).toBe('bca')
  expect(names(sortRed(rows, 'p95', false))).toBe('cba')
})

test('the time of all calls', () => {
  expect(totalNanos(row('x', 4, 10).red)).toBe(20)
  expect(totalNanos(row('x', 4, null).red)).toBeNull()
  expect(names(sortRed(rows, 'time', true))).toBe('cba')
})

test('the rows given are not touched', () => {
  sortRed(rows, 'name', false)
  expect(names(rows)).toBe('bac')
})
