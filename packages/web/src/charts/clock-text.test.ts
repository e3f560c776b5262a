import { expect, test } from 'vitest'
import { axisLabels, clockText } from './clock-text.ts'

const at = (hour: number, minute: number, second = 0, ms = 0, day = 3): number =>
  new Date(2026, 2, day, hour, minute, second, ms).getTime()

test.each([
  [86_400_000, '3 Mar'],
  [60_000, '14:05'],
  [1000, '14:05:30'],
  [10, '14:05:30.250'],
])('steps of %d ms read %s', (stepMs, text) => {
  expect(clockText(at(14, 5, 30, 250), stepMs)).toBe(text)
})

test('midnight names the new day once', () => {
  expect(axisLabels([at(22, 0), at(23, 0), at(0, 0, 0, 0, 4), at(1, 0, 0, 0, 4)], 3_600_000)).toEqual([
    '22:00',
    '23:00',
    '4 Mar 00:00',
    '01:00',
  ])
})
