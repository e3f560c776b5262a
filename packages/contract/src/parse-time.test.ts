import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseDurationNanos, parseTime } from './parse-time.ts'

const now = 1_700_000_000_123_456_789n

describe('parseTime', () => {
  test.each([
    ['now', now],
    ['now-15m', now - 900_000_000_000n],
    ['now-1h30m', now - 5_400_000_000_000n],
    ['now+1ns', now + 1n],
    ['1700000000', 1_700_000_000_000_000_000n],
    ['1700000000.25', 1_700_000_000_250_000_000n],
    ['1700000000123', 1_700_000_000_123_000_000n],
    ['1700000000123456', 1_700_000_000_123_456_000n],
    ['1700000000123456789', 1_700_000_000_123_456_789n],
    ['0', 0n],
    ['99999999999', 99_999_999_999_000_000_000n],
    ['100000000000', 100_000_000_000_000_000n],
    ['2023-11-14T22:13:20Z', 1_700_000_000_000_000_000n],
    ['2023-11-14T22:13:20.123456789Z', 1_700_000_000_123_456_789n],
    ['2023-11-15T00:13:20+02:00', 1_700_000_000_000_000_000n],
  ])('%s', (text, expected) => {
    expect(parseTime(text, now)).toBe(expected)
  })

  test.each(['', 'yesterday', 'now-', 'now-5', 'now-5x', '2023-13-01T00:00:00Z', '2023-11-14', '-5', '1e9', '0x10'])(
    'refuses %j with the fix',
    (text) => {
      expect(() => parseTime(text, now)).toThrow(expect.objectContaining({ code: 'BAD_TIME' }))
    },
  )

  test('never throws anything but BAD_TIME', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        try {
          expect(typeof parseTime(text, now)).toBe('bigint')
        } catch (error) {
          expect(error).toMatchObject({ code: 'BAD_TIME' })
        }
      }),
    )
  })
})

test('durations add up and refuse the rest', () => {
  expect(parseDurationNanos('1d1s1ms1us1ns')).toBe(86_401_001_001_001n)
  expect(parseDurationNanos('')).toBeUndefined()
  expect(parseDurationNanos('5')).toBeUndefined()
  expect(parseDurationNanos('5m ')).toBeUndefined()
})
