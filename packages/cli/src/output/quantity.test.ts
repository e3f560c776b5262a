import { describe, expect, it } from 'vitest'
import { formatBytes, formatCount, formatNanos, formatRatio, formatWallTime } from './quantity.ts'

describe('formatNanos', () => {
  it.each([
    [null, '–'],
    [0, '0 ns'],
    [870, '870 ns'],
    [999.6, '1 µs'],
    [1500, '1.5 µs'],
    [999_499, '999 µs'],
    [999_600, '1 ms'],
    [45_600_000, '45.6 ms'],
    [1_234_000_000, '1.23 s'],
    [59_990_000_000, '1 min'],
    [5_400e9, '1.5 h'],
  ])('writes %s as %s', (nanos, text) => {
    expect(formatNanos(nanos)).toBe(text)
  })
})

describe('formatBytes', () => {
  it.each([
    [0, '0 B'],
    [1000, '1000 B'],
    [1024, '1 KiB'],
    [1536, '1.5 KiB'],
    [5 * 2 ** 20, '5 MiB'],
    [3.21 * 2 ** 30, '3.21 GiB'],
    [2 ** 40, '1 TiB'],
  ])('writes %s as %s', (bytes, text) => expect(formatBytes(bytes)).toBe(text))
})

describe('formatCount and formatRatio', () => {
  it('keep three digits', () => {
    expect([0, 7, 999, 999.6, 12_345, 4_560_000, 2.5e9].map(formatCount)).toEqual([
      '0',
      '7',
      '999',
      '1k',
      '12.3k',
      '4.56M',
      '2.5G',
    ])
    expect([0, 0.00523, 0.125, 1].map(formatRatio)).toEqual(['0 %', '0.523 %', '12.5 %', '100 %'])
  })
})

describe('formatWallTime', () => {
  it('writes local time down to milliseconds', () => {
    const local = new Date(2026, 0, 31, 12, 0, 0, 7).getTime()
    expect(formatWallTime(`${local}999999`)).toBe('2026-01-31 12:00:00.007')
  })
  it('gives times beyond the calendar back as they are', () => {
    expect(formatWallTime('18446744073709551615')).not.toContain('NaN')
    expect(formatWallTime('99999999999999999999999')).toBe('99999999999999999999999')
  })
})
