import type { ChartSeries } from '../../charts/chart-series.ts'

interface AnsweredSeries {
  readonly labels: Readonly<Record<string, string>>
  readonly values: readonly (number | null)[]
}

/** Numbers of one line, for the table under the chart. Null when it has no values. */
export interface SeriesFigures {
  readonly last: number | null
  readonly average: number | null
  readonly min: number | null
  readonly max: number | null
}

/** Hues far apart, so that neighbours in the legend differ. */
const HUES = [12, 0, 7, 16, 3, 18, 9, 5, 14, 1]
const DASHES: readonly (readonly number[] | undefined)[] = [undefined, [7, 3], [2, 3], [9, 3, 2, 3]]

/**
 * Lines for the series of an answer. Grouped by service alone they have the services' colours (`hueOf`); otherwise hues are
 * dealt out, and beyond ten of them dashes tell lines of the same hue apart.
 */
export function seriesLines(
  series: readonly AnsweredSeries[],
  fallbackLabel: string,
  hueOf: (service: string) => number,
): ChartSeries[] {
  return series.map(({ labels, values }, index) => {
    const keys = Object.keys(labels)
    const service = keys.length === 1 ? (labels['service.name'] ?? labels['service']) : undefined
    const hue = service === undefined ? (HUES[index % HUES.length] ?? 0) : hueOf(service)
    const dash = service === undefined ? DASHES[Math.floor(index / HUES.length) % DASHES.length] : undefined
    const label = seriesLabel(labels, fallbackLabel)
    return {
      key: `${index} ${label}`,
      label,
      colorToken: `--service-${hue}`,
      values,
      ...(dash === undefined ? {} : { dash }),
      ...(series.length === 1 ? { fill: true } : {}),
    }
  })
}

/** The values of a single label alone, `key value` pairs of several, or the fallback when there are none. */
export function seriesLabel(labels: Readonly<Record<string, string>>, fallback: string): string {
  const entries = Object.entries(labels)
  if (entries.length === 0) return fallback
  const written = (value: string): string => (value === '' ? '(none)' : value)
  if (entries.length === 1) return written(entries[0]?.[1] ?? '')
  return entries.map(([key, value]) => `${key} ${written(value)}`).join(', ')
}

/** Latest, average, lowest and highest value. */
export function seriesFigures(values: readonly (number | null)[]): SeriesFigures {
  const known = values.filter((value) => value !== null)
  if (known.length === 0) return { last: null, average: null, min: null, max: null }
  return {
    last: known.at(-1) ?? null,
    average: known.reduce((sum, value) => sum + value, 0) / known.length,
    min: known.reduce((low, value) => Math.min(low, value)),
    max: known.reduce((high, value) => Math.max(high, value)),
  }
}
