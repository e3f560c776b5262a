import { type ReactNode, useEffect, useRef } from 'react'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import type { ChartSeries, PlotArea } from './chart-series.ts'
import { plotOptions } from './plot-options.ts'
import { type TimeSteps, allStepMillis } from './time-steps.ts'
import { useTokenColors } from './token-color.ts'

export interface TimePlotProps {
  readonly steps: TimeSteps
  readonly series: readonly ChartSeries[]
  readonly unit: string
  readonly height: number
  readonly onArea: (area: PlotArea) => void
}

/** The canvas of a time chart, drawn by uPlot. A chunk of its own: load it lazily. */
export default function TimePlot({ steps, series, unit, height, onArea }: TimePlotProps): ReactNode {
  const host = useRef<HTMLDivElement>(null)
  const color = useTokenColors()
  useEffect(() => {
    const element = host.current
    if (element === null) return undefined
    const options = plotOptions({
      width: Math.max(80, element.clientWidth),
      height,
      unit,
      steps,
      series,
      color,
      fontFamily: getComputedStyle(document.body).fontFamily,
    })
    const reportArea = (plot: uPlot): void => {
      const { left, top, width, height: plotHeight } = plot.bbox
      const ratio = devicePixelRatio
      onArea({ left: left / ratio, top: top / ratio, width: width / ratio, height: plotHeight / ratio })
    }
    options.hooks = { draw: [reportArea] }
    // A value stands for its whole step, so it is drawn at the middle of it.
    const times = allStepMillis(steps).map((time) => time + steps.stepNanos / 2e6)
    const plot = new uPlot(options, [times, ...series.map((one) => [...one.values])], element)
    const observer = new ResizeObserver(() => plot.setSize({ width: Math.max(80, element.clientWidth), height }))
    observer.observe(element)
    return () => {
      observer.disconnect()
      plot.destroy()
    }
  }, [steps, series, unit, height, color, onArea])
  return <div ref={host} style={{ height }} />
}
