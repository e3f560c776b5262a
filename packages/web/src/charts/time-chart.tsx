import { type ReactNode, Suspense, lazy, useCallback, useMemo, useState } from 'react'
import { ChartFigure } from './chart-figure.tsx'
import { ChartLegend } from './chart-legend.tsx'
import type { ChartSeries, PlotArea, ReadoutRow } from './chart-series.ts'
import { chartSummary } from './chart-summary.ts'
import { formatValue } from './format-value.ts'
import type { NanosRange, TimeSteps } from './time-steps.ts'

const TimePlot = lazy(() => import('./time-plot.tsx'))

interface TimeChartProps {
  /** Accessible name, for example `Duration of checkout`. */
  readonly label: string
  readonly steps: TimeSteps
  readonly series: readonly ChartSeries[]
  /** OpenTelemetry unit of the values. */
  readonly unit: string
  readonly height?: number
  /** Shown under the chart; on by default when there is more than one line. */
  readonly legend?: boolean
  /** Old data while new data loads. */
  readonly dimmed?: boolean
  readonly onZoom?: ((range: NanosRange) => void) | undefined
}

const READOUT_ROWS = 12

/** Lines over time: drag to zoom, a cursor shared with the other charts, keyboard, table twin, legend. */
export function TimeChart({ height = 160, ...props }: TimeChartProps): ReactNode {
  const [area, setArea] = useState<PlotArea | null>(null)
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set())
  const { steps, series, unit } = props
  const visible = useMemo(() => series.filter((one) => !hidden.has(one.key)), [series, hidden])
  const onArea = useCallback((next: PlotArea) => setArea((old) => (sameArea(old, next) ? old : next)), [])
  const readout = (index: number): ReadoutRow[] =>
    visible
      .map((one) => ({ one, value: one.values[index] ?? null }))
      .filter(({ value }) => value !== null)
      .sort((a, b) => (series.length > 4 ? (b.value ?? 0) - (a.value ?? 0) : 0))
      .slice(0, READOUT_ROWS)
      .map(({ one, value }) => ({
        key: one.key,
        label: one.label,
        colorToken: one.colorToken,
        text: formatValue(value, unit),
      }))
  return (
    <div>
      <ChartFigure
        label={props.label}
        summary={chartSummary(series, unit)}
        steps={steps}
        area={area}
        readout={readout}
        onZoom={props.onZoom}
        dimmed={props.dimmed}
      >
        <Suspense fallback={<div style={{ height }} />}>
          <TimePlot steps={steps} series={visible} unit={unit} height={height} onArea={onArea} />
        </Suspense>
      </ChartFigure>
      {(props.legend ?? series.length > 1) && <ChartLegend series={series} hidden={hidden} onHidden={setHidden} />}
    </div>
  )
}

function sameArea(a: PlotArea | null, b: PlotArea): boolean {
  return a !== null && a.left === b.left && a.top === b.top && a.width === b.width && a.height === b.height
}
