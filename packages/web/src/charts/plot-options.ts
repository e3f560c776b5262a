import type uPlot from 'uplot'
import { axisIncrements, valueRange } from './axis-increments.ts'
import type { ChartSeries } from './chart-series.ts'
import { axisLabels } from './clock-text.ts'
import { axisUnit, formatValue } from './format-value.ts'
import { type TimeSteps, stepMillis } from './time-steps.ts'

interface PlotOptionsInput {
  readonly width: number
  readonly height: number
  readonly unit: string
  readonly steps: TimeSteps
  readonly series: readonly ChartSeries[]
  /** Stacked areas instead of lines; the values must then be stacked already. */
  readonly bars?: boolean | undefined
  readonly color: (token: string) => string
  readonly fontFamily: string
}

/** uPlot options of a time chart. Pointing and zooming are the figure's: uPlot only draws. */
export function plotOptions(input: PlotOptionsInput): uPlot.Options {
  const { color, unit, steps } = input
  const font = `11px ${input.fontFamily}`
  const grid = { stroke: color('--grid-line'), width: 1 }
  const incrs = axisIncrements(unit)
  const start = stepMillis(steps, 0)
  const end = stepMillis(steps, steps.count)
  return {
    width: input.width,
    height: input.height,
    ms: 1,
    legend: { show: false },
    cursor: { show: false },
    padding: [6, 16, 0, 0],
    scales: {
      x: { time: true, range: () => [start, Math.max(end, start + 1)] },
      y: { range: (_self, min, max) => valueRange(min, max) },
    },
    axes: [
      {
        stroke: color('--text-faint'),
        font,
        size: 22,
        gap: 4,
        space: 80,
        grid: { show: false },
        ticks: { show: false },
        values: (_self, splits, _axis, _space, increment) => axisLabels(splits, increment),
      },
      {
        stroke: color('--text-faint'),
        font,
        size: (_self, values) => Math.max(34, ...(values ?? []).map((text) => text.length * 6.2 + 12)),
        gap: 6,
        space: 22,
        grid,
        ticks: { show: false },
        values: (_self, splits) => splits.map((value) => (value === 0 ? '0' : formatValue(value, axisUnit(unit)))),
        ...(incrs === undefined ? {} : { incrs }),
      },
    ],
    series: [
      {},
      ...input.series.map((one) => ({
        label: one.label,
        stroke: color(one.colorToken),
        width: 1.5,
        spanGaps: false,
        ...(one.dash === undefined ? {} : { dash: [...one.dash] }),
        ...(one.fill === true ? { fill: withAlpha(color(one.colorToken), 0.14) } : {}),
        points: { show: hasLonePoint(one.values), size: 5, fill: color(one.colorToken) },
      })),
    ],
  }
}

/** Whether a value stands between gaps: without marks it would not be seen. */
export function hasLonePoint(values: readonly (number | null)[]): boolean {
  return values.some(
    (value, index) => value !== null && (values[index - 1] ?? null) === null && (values[index + 1] ?? null) === null,
  )
}

/** `#rrggbb` with an alpha; other colour forms are returned as they are. */
export function withAlpha(hex: string, alpha: number): string {
  if (!/^#[0-9a-f]{6}$/i.test(hex)) return hex
  return `${hex}${Math.round(alpha * 255)
    .toString(16)
    .padStart(2, '0')}`
}
