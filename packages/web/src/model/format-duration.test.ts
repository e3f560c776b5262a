import { describe, expect, test } from 'vitest'
import { formatDuration, threeDigits } from './format-duration.ts'

describe('formatDuration', () => {
  test.each([
    [0, '0'],
    [1, '1 ns'],
    [999, '999 ns'],
    [1000, '1 µs'],
    [1234, '1.23 µs'],
    [999_400, '999 µs'],
    [999_700, '1 ms'],
    [12_345_678, '12.3 ms'],
    [1.5e9, '1.5 s'],
    [59.94e9, '59.9 s'],
    [59.96e9, '1 min'],
    [125e9, '2 min 5 s'],
    [12_000e9, '3 h 20 min'],
    [187_200e9, '2 d 4 h'],
    [-1500, '-1.5 µs'],
    [Number.NaN, '–'],
  ])('%d ns is %s', (nanos, text) => {
    expect(formatDuration(nanos)).toBe(text)
  })
})

test('three significant digits, never an exponent for plain sizes', () => {
  expect(threeDigits(0.000123456)).toBe('0.000123')
  expect(threeDigits(123_456)).toBe('123000')
  expect(threeDigits(1.5)).toBe('1.5')
})
