import { expect, test } from 'vitest'
import { formatBytes, formatCount, formatItems } from './format-count.ts'

test.each([
  [0, '0'],
  [9999, '9,999'],
  [10_000, '10k'],
  [12_345, '12.3k'],
  [999_600, '1M'],
  [1_234_567, '1.23M'],
  [4.2e9, '4.2B'],
  [7.5e12, '7.5T'],
  [0.12345, '0.123'],
])('%d reads %s', (value, text) => {
  expect(formatCount(value)).toBe(text)
})

test('bytes', () => {
  expect(formatBytes(1023)).toBe('1020 B')
  expect(formatBytes(1536)).toBe('1.5 KiB')
  expect(formatBytes(5 * 1024 ** 3)).toBe('5 GiB')
})

test('items', () => {
  expect(formatItems(1, 'span')).toBe('1 span')
  expect(formatItems(20_500, 'span')).toBe('20.5k spans')
})
