import { useCallback, useMemo, useState } from 'react'
import type { OutputOf } from '@clew/contract/endpoint'
import type { traceScatter } from '@clew/contract/traces'
import { Canvas, type Surface } from '../../canvas/canvas.tsx'
import { formatItems } from '../../model/format-count.ts'
import { formatDuration } from '../../model/format-duration.ts'
import { formatTime } from '../../model/format-time.ts'
import type { NanoRange } from '../../model/time-text.ts'
import { useGo } from '../../shell/go.ts'
import { serviceColorIndex } from '../../shell/service-name.tsx'
import { pageHref } from '../../shell/url-state.ts'
import { boxOf, drawAxes, xOf, yOf, type DurationPlane } from './duration-axes.ts'
import type { DurationBox } from './duration-map.tsx'
import { drawBox } from './draw-box.ts'
import { tipPlace } from './tip-place.ts'
import { useBoxDrag } from './use-box-drag.ts'
import styles from './duration-map.module.css'

type ScatterPoint = OutputOf<typeof traceScatter>['points'][number]

const NEAR_PX = 8

/** One point a span, coloured by service, ringed when it failed. Click opens the trace, a dragged box zooms. */
export function Scatter({
  points,
  range,
  onZoom,
  onZoomOut,
}: {
  points: readonly ScatterPoint[]
  range: NanoRange
  onZoom: (box: DurationBox) => void
  onZoomOut: () => void
}) {
  const go = useGo()
  const [size, setSize] = useState({ width: 0, height: 0 })
  const axis = useMemo(() => axisOf(points, range), [points, range])
  const plane: DurationPlane = { ...size, ...axis }
  const pointAt = (at: { x: number; y: number }): ScatterPoint | undefined => nearest(points, plane, at)
  const drag = useBoxDrag({
    onBox: (from, to) => onZoom(boxOf(plane, from, to)),
    onClick: (at) => {
      const point = pointAt(at)
      if (point !== undefined) go(pageHref(`/traces/${point.traceId}`, { span: point.spanId }))
    },
  })
  const draw = useCallback(
    (surface: Surface) => {
      const here: DurationPlane = { width: surface.width, height: surface.height, ...axis }
      setSize((old) =>
        old.width === here.width && old.height === here.height ? old : { width: here.width, height: here.height },
      )
      drawAxes(surface, here)
      drawPoints(surface, here, points)
      if (drag.box !== undefined) drawBox(surface, drag.box)
    },
    [points, axis, drag.box],
  )
  const under = drag.hover === undefined || size.width === 0 ? undefined : pointAt(drag.hover)
  return (
    <figure
      className={styles.figure}
      role="img"
      aria-label={`${formatItems(points.length, 'span')} by start and duration, ${formatItems(points.filter((point) => point.error).length, 'error')}`}
      onDoubleClick={onZoomOut}
      {...drag.handlers}
    >
      <Canvas className={styles.canvas} draw={draw} />
      {under !== undefined && drag.hover !== undefined && (
        <div className={styles.tip} style={tipPlace(drag.hover.x, drag.hover.y, size)}>
          <p>
            {under.service}: {under.name}
          </p>
          <p>
            {formatDuration(under.durationNanos)} at {formatTime(under.startNanos)}
            {under.error && <span className={styles.error}>, error</span>}
          </p>
        </div>
      )}
    </figure>
  )
}

function axisOf(points: readonly ScatterPoint[], range: NanoRange): Omit<DurationPlane, 'width' | 'height'> {
  let low = Number.POSITIVE_INFINITY
  let high = 1000
  for (const { durationNanos } of points) {
    low = Math.min(low, Math.max(1, durationNanos))
    high = Math.max(high, durationNanos)
  }
  return { lowNanos: Math.max(1, low / 1.6), highNanos: Math.max(high * 1.6, low * 4), range }
}

function place(point: ScatterPoint, plane: DurationPlane): { x: number; y: number } {
  const span = Number(plane.range.endNanos - plane.range.startNanos)
  const share = Number(BigInt(point.startNanos) - plane.range.startNanos) / span
  return { x: xOf(plane, share), y: yOf(plane, point.durationNanos) }
}

function drawPoints({ context, palette }: Surface, plane: DurationPlane, points: readonly ScatterPoint[]): void {
  for (const point of points) {
    const { x, y } = place(point, plane)
    context.globalAlpha = 0.75
    context.fillStyle = palette.services[serviceColorIndex(point.service)] ?? palette.accent
    context.beginPath()
    context.arc(x, y, 3, 0, Math.PI * 2)
    context.fill()
    context.globalAlpha = 1
    if (!point.error) continue
    context.strokeStyle = palette.errorMark
    context.lineWidth = 1.5
    context.beginPath()
    context.arc(x, y, 4.5, 0, Math.PI * 2)
    context.stroke()
  }
}

function nearest(
  points: readonly ScatterPoint[],
  plane: DurationPlane,
  at: { x: number; y: number },
): ScatterPoint | undefined {
  let best: ScatterPoint | undefined
  let bestDistance = NEAR_PX
  for (const point of points) {
    const { x, y } = place(point, plane)
    const distance = Math.hypot(x - at.x, y - at.y)
    if (distance < bestDistance) {
      best = point
      bestDistance = distance
    }
  }
  return best
}
