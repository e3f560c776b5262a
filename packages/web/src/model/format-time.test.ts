import { expect, test } from 'vitest'
import { formatAge, formatDateTime, formatExactUtc, nanosToMillis } from './format-time.ts'

const NANOS = '1769864607120000456'

test('no digit of a nanosecond time is lost in the exact form', () => {
  expect(formatExactUtc(NANOS)).toBe('2026-01-31T13:03:27.120000456Z')
  expect(formatExactUtc('-1')).toBe('1969-12-31T23:59:59.999999999Z')
  expect(formatExactUtc('0')).toBe('1970-01-01T00:00:00.000000000Z')
})

test('local date and time carry milliseconds', () => {
  expect(formatDateTime(NANOS)).toMatch(/^2026-01-3\d \d\d:\d\d:27\.120$|^2026-02-01 \d\d:\d\d:27\.120$/)
})

test.each([
  [0, 'now'],
  [-5, 'now'],
  [59, '59s'],
  [60, '1m'],
  [3599, '59m'],
  [3600, '1h'],
  [86_400, '1d'],
])('%d s ago reads %s', (seconds, text) => {
  expect(formatAge(NANOS, nanosToMillis(NANOS) + seconds * 1000)).toBe(text)
})
