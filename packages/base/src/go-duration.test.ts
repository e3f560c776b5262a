import { expect, test } from 'vitest'
import fc from 'fast-check'
import { formatGoDuration, parseGoDuration } from './go-duration.ts'

test.each([
  ['0', 0],
  ['1s', 1000],
  ['200ms', 200],
  ['1h2m3.5s', 3_723_500],
  ['1.5h', 5_400_000],
  ['-2m', -120_000],
  ['+3s', 3000],
  ['.5s', 500],
  ['10us', 0.01],
  ['10µs', 0.01],
  ['100ns', 0.0001],
  ['7d', 604_800_000],
])('%s is %d ms', (text, ms) => expect(parseGoDuration(text)).toBeCloseTo(ms, 9))

test.each(['', '1', '5 s', 's', '1x', '1s2', '--1s', '1..5s', 'abc', '1e3s', '-'])('%j is no duration', (text) =>
  expect(parseGoDuration(text)).toBeUndefined(),
)

test.each([
  [0, '0s'],
  [200, '200ms'],
  [1500, '1.5s'],
  [5_400_000, '1h30m'],
  [-1000, '-1s'],
  [0.25, '250us'],
])('%d ms is written %s', (ms, text) => expect(formatGoDuration(ms)).toBe(text))

test('what is written reads back', () => {
  fc.assert(
    fc.property(fc.integer({ min: -1e10, max: 1e10 }), (ms) => {
      expect(parseGoDuration(formatGoDuration(ms))).toBeCloseTo(ms, 3)
    }),
  )
})
