import { useCallback, useMemo, useRef, useState } from 'react'
import type { OutputOf } from '@clew/contract/endpoint'
import type { traceHistogram } from '@clew/contract/traces'
import { Canvas, type Surface } from '../../canvas/canvas.tsx'
import { formatCount, formatItems } from '../../model/format-count.ts'
import { formatDuration } from '../../model/format-duration.ts'
import { formatTime } from '../../model/format-time.ts'
import { heatStep, shownRows } from '../../model/heatmap.ts'
import { boxOf, drawAxes, plotHeight, plotWidth, xOf, yOf, AXIS_LEFT_PX, type DurationPlane } from './duration-axes.ts'
import type { DurationBox } from './duration-map.tsx'
import { drawBox } from './draw-box.ts'
import { tipPlace } from './tip-place.ts'
import { useBoxDrag } from './use-box-drag.ts'
import styles from './duration-map.module.css'

type HeatData = OutputOf<typeof traceHistogram>

/** How many spans ran how long, when. Drag a box to zoom, double click to zoom out. */
export function Heatmap({
  data,
  onZoom,
  onZoomOut,
}: {
  data: HeatData
  onZoom: (box: DurationBox) => void
  onZoomOut: () => void
}) {
  const figure = useRef<HTMLElement>(null)
  const layout = useMemo(() => layoutOf(data), [data])
  const [size, setSize] = useState({ width: 0, height: 0 })
  const plane: DurationPlane = { ...size, ...layout.axis }
  const drag = useBoxDrag({ onBox: (from, to) => onZoom(boxOf(plane, from, to)) })
  const draw = useCallback(
    (surface: Surface) => {
      const here: DurationPlane = { width: surface.width, height: surface.height, ...layout.axis }
      setSize((old) =>
        old.width === here.width && old.height === here.height ? old : { width: here.width, height: here.height },
      )
      drawAxes(surface, here)
      drawCells(surface, here, data, layout.maxCount)
      if (drag.box !== undefined) drawBox(surface, drag.box)
    },
    [data, layout, drag.box],
  )
  const cell =
    drag.hover === undefined || size.width === 0 ? undefined : cellAt(data, plane, drag.hover.x, drag.hover.y)
  return (
    <figure
      ref={figure}
      className={styles.figure}
      role="img"
      aria-label={summaryOf(data, layout.maxCount)}
      onDoubleClick={onZoomOut}
      {...drag.handlers}
    >
      <Canvas className={styles.canvas} draw={draw} />
      {cell !== undefined && drag.hover !== undefined && (
        <div className={styles.tip} style={tipPlace(drag.hover.x, drag.hover.y, size)}>
          <p>
            {formatItems(cell.count, 'span')}
            {cell.errors > 0 && <span className={styles.error}>, {formatItems(cell.errors, 'error')}</span>}
            {Math.round(cell.adjusted) !== cell.count && `, standing for ${formatCount(Math.round(cell.adjusted))}`}
          </p>
          <p>
            {cell.durations}, {cell.from} – {cell.to}
          </p>
        </div>
      )}
    </figure>
  )
}

function layoutOf(data: HeatData) {
  const { first, last } = shownRows(data.cells, data.durationBounds.length)
  const growth = (data.durationBounds[1] ?? 2) / (data.durationBounds[0] ?? 1)
  const lowNanos = data.durationBounds[first] ?? 1
  const highNanos = (data.durationBounds[last] ?? 1) * growth
  const startNanos = BigInt(data.startNanos)
  const endNanos = startNanos + BigInt(Math.round(data.stepNanos * data.timeBuckets))
  return {
    axis: { lowNanos: Math.max(1, lowNanos), highNanos, range: { startNanos, endNanos } },
    maxCount: data.cells.reduce((max, cell) => Math.max(max, cell.count), 0),
  }
}

function drawCells({ context, palette }: Surface, plane: DurationPlane, data: HeatData, maxCount: number): void {
  const steps = palette.heat.length
  for (const cell of data.cells) {
    const low = data.durationBounds[cell.duration] ?? 1
    const high = data.durationBounds[cell.duration + 1] ?? plane.highNanos
    const left = xOf(plane, cell.time / data.timeBuckets)
    const width = Math.max(1.5, xOf(plane, (cell.time + 1) / data.timeBuckets) - left - 0.5)
    const bottom = yOf(plane, low)
    const top = yOf(plane, high)
    context.fillStyle = palette.heat[heatStep(cell.count, maxCount, steps)] ?? palette.accent
    context.fillRect(left, top + 0.5, width, Math.max(1.5, bottom - top - 1))
    if (cell.errors > 0) {
      context.fillStyle = palette.errorMark
      context.fillRect(left, bottom - 2.5, width, 2)
    }
  }
}

function cellAt(data: HeatData, plane: DurationPlane, x: number, y: number) {
  const time = Math.floor(((x - AXIS_LEFT_PX) / plotWidth(plane)) * data.timeBuckets)
  const share = 1 - y / plotHeight(plane)
  const nanos = plane.lowNanos * (plane.highNanos / plane.lowNanos) ** share
  const row = data.durationBounds.findLastIndex((bound) => bound <= nanos)
  const cell = data.cells.find((candidate) => candidate.time === time && candidate.duration === row)
  if (cell === undefined) return undefined
  const at = (bucket: number): string =>
    formatTime(String(BigInt(data.startNanos) + BigInt(Math.round(bucket * data.stepNanos))))
  const low = data.durationBounds[row] ?? 0
  const high = data.durationBounds[row + 1]
  return {
    ...cell,
    durations: high === undefined ? `over ${formatDuration(low)}` : `${formatDuration(low)} to ${formatDuration(high)}`,
    from: at(time).slice(0, 8),
    to: at(time + 1).slice(0, 8),
  }
}

function summaryOf(data: HeatData, maxCount: number): string {
  const spans = data.cells.reduce((sum, cell) => sum + cell.count, 0)
  const errors = data.cells.reduce((sum, cell) => sum + cell.errors, 0)
  const slowest = data.cells.reduce((max, cell) => Math.max(max, cell.duration), 0)
  return (
    `Spans by time and duration: ${formatItems(spans, 'span')}, ${formatItems(errors, 'error')}, ` +
    `slowest from ${formatDuration(data.durationBounds[slowest] ?? 0)}, at most ${formatCount(maxCount)} in one cell`
  )
}
