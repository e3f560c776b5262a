import { expect, test } from 'vitest'
import { axisUnit, exactValue, formatRatio, formatValue, unitName } from './format-value.ts'

test.each([
  [0, '', '0'],
  [0.0123, 's', '12.3 ms'],
  [1, 'ns', '1 ns'],
  [999_960, 'ns', '1 ms'],
  [5e6, 'By', '4.77 MiB'],
  [2048, 'By/s', '2 KiB/s'],
  [12_340, '1', '12.3k'],
  [1234, '{request}', '1,234 request'],
  [12, '{request}/s', '12 request/s'],
  [12.345, '/s', '12.3/s'],
  [12.345, '%', '12.3 %'],
  [-15_000, '', '-15k'],
  [Number.NaN, 's', '–'],
  [null, 's', '–'],
  [Infinity, 's', '∞'],
  [7, 'furlong', '7 furlong'],
])('%d %s reads %s', (value, unit, text) => {
  expect(formatValue(value, unit)).toBe(text)
})

test('units in braces are names', () => {
  expect(['{order}', '1', '', 'Cel'].map(unitName)).toEqual(['order', '', '', 'Cel'])
})

test('a small share never reads as none', () => {
  expect(formatRatio(0)).toBe('0 %')
  expect(formatRatio(0.000_01)).toBe('< 0.01 %')
  expect(formatRatio(0.0123)).toBe('1.23 %')
})

test('exact values keep their digits', () => {
  expect(exactValue(1234.5678, 's')).toBe('1,234.5678 s')
  expect(exactValue(null)).toBe('no value')
})

test('shares have two decimals at most', () => {
  expect(formatRatio(0.000_385)).toBe('0.04 %')
  expect(formatRatio(0.999)).toBe('99.9 %')
})

test('names of units are not repeated along an axis', () => {
  expect(['s', 'By/s', '%', '{request}/s', '{order}', '1', '/s'].map(axisUnit)).toEqual([
    's',
    'By/s',
    '%',
    '/s',
    '',
    '',
    '/s',
  ])
})
