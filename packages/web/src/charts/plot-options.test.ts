import { expect, test } from 'vitest'
import { hasLonePoint, plotOptions, withAlpha } from './plot-options.ts'

test('values between gaps get marks, lines do not', () => {
  expect(hasLonePoint([null, 1, null])).toBe(true)
  expect(hasLonePoint([1])).toBe(true)
  expect(hasLonePoint([1, 2, null, 3, 4])).toBe(false)
  expect(hasLonePoint([null, null])).toBe(false)
})

test('an alpha is added to hex colours only', () => {
  expect(withAlpha('#102030', 0.5)).toBe('#10203080')
  expect(withAlpha('rgb(1 2 3)', 0.5)).toBe('rgb(1 2 3)')
})

test('the time axis shows the whole range asked for, also where there is no data', () => {
  const options = plotOptions({
    width: 300,
    height: 100,
    unit: 's',
    steps: { startNanos: '1700000000000000000', stepNanos: 1e9, count: 60 },
    series: [{ key: 'a', label: 'a', colorToken: '--accent', values: [1, null] }],
    color: (token) => token,
    fontFamily: 'x',
  })
  const range = options.scales?.['x']?.range as () => [number, number]
  expect(range()).toEqual([1_700_000_000_000, 1_700_000_060_000])
  expect(options.series).toHaveLength(2)
})
