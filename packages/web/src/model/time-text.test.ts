import { describe, expect, test } from 'vitest'
import { parseRangeText, rangeAround, rangeLabel, shiftRange, zoomOutRange } from './time-text.ts'

const NOON = new Date(2026, 0, 31, 12, 0, 0).getTime()
const nanos = (date: Date): string => `${date.getTime()}000000`

describe('parseRangeText', () => {
  test.each([
    ['15m', 'now-15m'],
    ['last 3 hours', 'now-3h'],
    ['past 2 days', 'now-2d'],
    ['1 week', 'now-1w'],
    ['now-1h30m', 'now-1h30m'],
  ])('%s is relative and stays so', (text, start) => {
    expect(parseRangeText(text, NOON)).toEqual({ start, end: 'now' })
  })

  test('days are local days', () => {
    expect(parseRangeText('Yesterday', NOON)).toEqual({
      start: nanos(new Date(2026, 0, 30)),
      end: nanos(new Date(2026, 0, 31)),
    })
    expect(parseRangeText('today', NOON)).toEqual({ start: nanos(new Date(2026, 0, 31)), end: 'now' })
  })

  test('two points in local time', () => {
    expect(parseRangeText('2026-01-30 10:00 - 2026-01-30 11:30', NOON)).toEqual({
      start: nanos(new Date(2026, 0, 30, 10)),
      end: nanos(new Date(2026, 0, 30, 11, 30)),
    })
    expect(parseRangeText('9:15 to 10:00:30', NOON)).toEqual({
      start: nanos(new Date(2026, 0, 31, 9, 15)),
      end: nanos(new Date(2026, 0, 31, 10, 0, 30)),
    })
  })

  test.each(['', 'soon', '0m', 'now', '11:00 to 10:00', 'a - b - c', 'last 3 parsecs'])('%j is refused', (text) => {
    expect(parseRangeText(text, NOON)).toBeUndefined()
  })
})

test('labels', () => {
  expect(rangeLabel('now-15m', 'now')).toBe('Last 15 min')
  expect(rangeLabel(nanos(new Date(2026, 0, 30, 10)), nanos(new Date(2026, 0, 30, 11)))).toBe(
    '2026-01-30 10:00:00 – 11:00:00',
  )
  expect(rangeLabel(nanos(new Date(2026, 0, 30, 10)), 'now')).toBe('2026-01-30 10:00:00 – now')
})

test('shift moves by half a window', () => {
  expect(shiftRange({ startNanos: 100n, endNanos: 200n }, -1)).toEqual({ startNanos: 50n, endNanos: 150n })
})

test('zooming out doubles and stops at the present', () => {
  expect(zoomOutRange({ startNanos: 100n, endNanos: 200n }, 10_000n)).toEqual({ startNanos: 50n, endNanos: 250n })
  expect(zoomOutRange({ startNanos: 100n, endNanos: 200n }, 200n)).toEqual({ startNanos: 0n, endNanos: 200n })
})

test('a range around an old moment holds it, a fresh one needs none', () => {
  const at = BigInt(NOON) * 1_000_000n
  expect(rangeAround(String(at), NOON + 60_000)).toEqual({})
  expect(rangeAround(String(at), NOON + 2 * 3_600_000)).toEqual({
    start: String(at - 3_600_000_000_000n),
    end: String(at + 3_600_000_000_000n),
  })
})
