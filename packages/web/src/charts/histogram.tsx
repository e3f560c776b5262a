import { type ReactNode, useEffect, useMemo, useRef, useState } from 'react'
import { ChartFigure } from './chart-figure.tsx'
import type { PlotArea } from './chart-series.ts'
import { axisLabels, clockText } from './clock-text.ts'
import { formatValue } from './format-value.ts'
import { type HistogramSeries, bucketTotals, histogramBars, niceCeiling } from './histogram-layout.ts'
import { type NanosRange, type TimeSteps, stepMillis } from './time-steps.ts'
import { useTokenColors } from './token-color.ts'
import styles from './histogram.module.css'

interface HistogramProps {
  readonly label: string
  readonly steps: TimeSteps
  /** Bottom of the stack first. */
  readonly series: readonly HistogramSeries[]
  readonly height?: number
  readonly dimmed?: boolean
  readonly onZoom?: ((range: NanosRange) => void) | undefined
}

const AXIS_HEIGHT = 18
const LABEL_PIXELS = 90

/** Counts over time as stacked bars, with everything `ChartFigure` gives. */
export function Histogram({ label, steps, series, height = 72, dimmed, onZoom }: HistogramProps): ReactNode {
  const canvas = useRef<HTMLCanvasElement>(null)
  const [width, setWidth] = useState(0)
  const color = useTokenColors()
  const totals = useMemo(() => bucketTotals(series, steps.count), [series, steps.count])
  const total = totals.reduce((sum, count) => sum + count, 0)
  const plotHeight = height - AXIS_HEIGHT
  const area: PlotArea = useMemo(() => ({ left: 0, top: 0, width, height: plotHeight }), [width, plotHeight])

  useEffect(() => {
    const element = canvas.current?.parentElement
    if (element === null || element === undefined) return undefined
    const observer = new ResizeObserver(() => setWidth(element.clientWidth))
    observer.observe(element)
    return () => observer.disconnect()
  }, [])

  useEffect(() => {
    const element = canvas.current
    const context = element?.getContext('2d')
    if (element === null || context === null || context === undefined || width === 0) return
    const ratio = devicePixelRatio
    element.width = Math.round(width * ratio)
    element.height = Math.round(plotHeight * ratio)
    context.scale(ratio, ratio)
    context.fillStyle = color('--border')
    context.fillRect(0, plotHeight - 1, width, 1)
    const colors = series.map((one) => color(one.colorToken))
    for (const bar of histogramBars(series, steps.count, width, plotHeight)) {
      context.fillStyle = colors[bar.series] ?? ''
      context.fillRect(bar.x, bar.y, bar.width, bar.height)
    }
  }, [series, steps, width, plotHeight, color])

  const parts = series.map((one) => `${one.label} ${formatValue(one.counts.reduce((sum, count) => sum + count, 0))}`)
  return (
    <ChartFigure
      label={label}
      summary={`${formatValue(total)} in all${parts.length > 0 ? `: ${parts.join(', ')}` : ''}`}
      steps={steps}
      area={area}
      dimmed={dimmed}
      onZoom={onZoom}
      readout={(index) =>
        series
          .toReversed()
          .filter((one) => (one.counts[index] ?? 0) > 0)
          .map((one) => ({
            key: one.key,
            label: one.label,
            colorToken: one.colorToken,
            text: (one.counts[index] ?? 0).toLocaleString('en-US'),
          }))
      }
    >
      <div className={styles.box} style={{ height }}>
        <canvas ref={canvas} className={styles.canvas} style={{ height: plotHeight }} />
        <span className={styles.top}>{total > 0 ? formatValue(niceCeiling(Math.max(...totals))) : ''}</span>
        <div className={styles.axis}>
          {ticks(steps, width).map((tick) => (
            <span key={tick.share} style={{ left: `${tick.share * 100}%` }}>
              {tick.text}
            </span>
          ))}
        </div>
      </div>
    </ChartFigure>
  )
}

const TICK_MS = [
  1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 10e3, 15e3, 30e3, 60e3, 120e3, 300e3, 600e3, 900e3, 1800e3, 3600e3,
  7200e3, 10_800e3, 21_600e3, 43_200e3, 86_400e3, 172_800e3, 604_800e3,
]

function ticks(steps: TimeSteps, width: number): { readonly share: number; readonly text: string }[] {
  if (steps.count === 0 || width <= 0) return []
  const start = stepMillis(steps, 0)
  const span = stepMillis(steps, steps.count) - start
  const wanted = (span / width) * LABEL_PIXELS
  const every = TICK_MS.find((candidate) => candidate >= wanted) ?? 604_800e3
  const zone = new Date(start).getTimezoneOffset() * 60_000
  const times: number[] = []
  for (let at = Math.ceil((start - zone) / every) * every + zone; at < start + span; at += every) times.push(at)
  const labels = times.length > 0 ? axisLabels(times, every) : [clockText(start, every)]
  return times
    .map((at, index) => ({ share: (at - start) / span, text: labels[index] ?? '' }))
    .filter((tick) => tick.share * width < width - LABEL_PIXELS / 2)
}
