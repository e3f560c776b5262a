import type { ChartSeries } from './chart-series.ts'
import { formatValue } from './format-value.ts'

const NAMED_SERIES = 3

/** One sentence for people who do not see the chart: how many lines, and latest and highest value of the first ones. */
export function chartSummary(series: readonly ChartSeries[], unit: string): string {
  if (series.length === 0) return 'No values'
  const parts = series.slice(0, NAMED_SERIES).map((one) => {
    const values = one.values.filter((value) => value !== null)
    if (values.length === 0) return `${one.label}: no values`
    const latest = formatValue(values.at(-1), unit)
    return `${one.label}: latest ${latest}, highest ${formatValue(Math.max(...values), unit)}`
  })
  const rest = series.length - NAMED_SERIES
  return `${parts.join('; ')}${rest > 0 ? `; and ${rest} more` : ''}`
}
