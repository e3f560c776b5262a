import { expect, test } from 'vitest'
import { chartSummary } from './chart-summary.ts'

const line = (label: string, values: (number | null)[]) => ({ key: label, label, colorToken: '--accent', values })

test('names latest and highest of the first lines and counts the rest', () => {
  expect(chartSummary([line('p50', [0.1, 0.5, null]), line('p95', [null])], 's')).toBe(
    'p50: latest 500 ms, highest 500 ms; p95: no values',
  )
  expect(
    chartSummary(
      [1, 2, 3, 4, 5].map((n) => line(`l${n}`, [n])),
      '',
    ),
  ).toMatch(/; and 2 more$/)
  expect(chartSummary([], '')).toBe('No values')
})
