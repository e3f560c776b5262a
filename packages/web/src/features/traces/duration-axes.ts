import { logTicks, ticks } from '../../canvas/ticks.ts'
import type { Surface } from '../../canvas/canvas.tsx'
import { formatDuration } from '../../model/format-duration.ts'
import { formatTime } from '../../model/format-time.ts'
import { durationAt, rangePart, shareOfDuration } from '../../model/heatmap.ts'
import type { NanoRange } from '../../model/time-text.ts'
import type { DurationBox } from './duration-map.tsx'

export const AXIS_LEFT_PX = 52
export const AXIS_BOTTOM_PX = 18
const STRIPE_PX = 6
/** A box that comes this near to the top or bottom is open there. */
const EDGE_PX = 5

/** Axes of time (across) and duration (up, logarithmic) in CSS pixels. */
export interface DurationPlane {
  readonly width: number
  readonly height: number
  readonly lowNanos: number
  readonly highNanos: number
  readonly range: NanoRange
}

export const plotWidth = (plane: DurationPlane): number => Math.max(1, plane.width - AXIS_LEFT_PX)
export const plotHeight = (plane: DurationPlane): number => Math.max(1, plane.height - AXIS_BOTTOM_PX)

/** Pixel of a share of the time range. */
export const xOf = (plane: DurationPlane, share: number): number => AXIS_LEFT_PX + share * plotWidth(plane)
export const yOf = (plane: DurationPlane, nanos: number): number =>
  plotHeight(plane) * (1 - shareOfDuration(nanos, plane.lowNanos, plane.highNanos))

/** The box between two pixels as a question: a low box is only a stripe of time, a narrow one only one of durations. */
export function boxOf(plane: DurationPlane, from: { x: number; y: number }, to: { x: number; y: number }): DurationBox {
  const share = (x: number): number => Math.min(1, Math.max(0, (x - AXIS_LEFT_PX) / plotWidth(plane)))
  const up = (y: number): number => Math.min(1, Math.max(0, 1 - y / plotHeight(plane)))
  const wide = Math.abs(from.x - to.x) >= STRIPE_PX
  const high = Math.abs(from.y - to.y) >= STRIPE_PX
  const low = Math.min(up(from.y), up(to.y))
  const top = Math.max(up(from.y), up(to.y))
  const { lowNanos, highNanos } = plane
  const edge = EDGE_PX / plotHeight(plane)
  return {
    range: wide ? rangePart(plane.range, share(from.x), share(to.x)) : plane.range,
    atLeastNanos: high && low > edge ? durationAt(low, lowNanos, highNanos) : undefined,
    atMostNanos: high && top < 1 - edge ? durationAt(top, lowNanos, highNanos) : undefined,
  }
}

/** Grid lines and labels. */
export function drawAxes({ context, palette }: Surface, plane: DurationPlane): void {
  const right = plane.width
  const bottom = plotHeight(plane)
  context.font = `11px ${palette.font}`
  context.lineWidth = 1
  context.strokeStyle = palette.gridLine
  context.fillStyle = palette.textFaint
  context.textBaseline = 'middle'
  context.textAlign = 'right'
  const marks = logTicks(plane.lowNanos, plane.highNanos)
  for (const power of marks) {
    const y = Math.round(yOf(plane, power)) + 0.5
    context.beginPath()
    context.moveTo(AXIS_LEFT_PX, y)
    context.lineTo(right, y)
    context.stroke()
    if (y > 5 && y <= bottom + 1) context.fillText(formatDuration(power), AXIS_LEFT_PX - 6, Math.min(y, bottom - 4))
  }
  context.textBaseline = 'alphabetic'
  context.textAlign = 'center'
  const spanNanos = Number(plane.range.endNanos - plane.range.startNanos)
  for (const [text, share] of timeLabels(plane.range, Math.floor(plotWidth(plane) / 90))) {
    const x = Math.round(xOf(plane, share)) + 0.5
    context.beginPath()
    context.moveTo(x, bottom)
    context.lineTo(x, bottom + 4)
    context.stroke()
    if (spanNanos > 0 && x > AXIS_LEFT_PX + 24 && x < right - 24) context.fillText(text, x, plane.height - 3)
  }
}

/** Wall-clock labels at round local times. */
function timeLabels(range: NanoRange, maxLabels: number): [text: string, share: number][] {
  const spanNanos = Number(range.endNanos - range.startNanos)
  const zoneNanos = new Date(Number(range.startNanos / 1_000_000n)).getTimezoneOffset() * 60e9
  // Round numbers of local time: days begin at local midnight.
  const dayNanos = 86_400_000_000_000n
  const base = range.startNanos - ((range.startNanos - BigInt(zoneNanos)) % dayNanos)
  const offset = Number(range.startNanos - base)
  const stepShown = spanNanos < 60e9
  return ticks(offset, offset + spanNanos, Math.max(1, maxLabels)).map((at) => {
    const nanos = String(base + BigInt(Math.round(at)))
    const time = formatTime(nanos)
    const text =
      spanNanos > 2 * 86_400e9 ? dayText(nanos) : stepShown ? time : time.slice(0, spanNanos > 20 * 60e9 ? 5 : 8)
    return [text, (at - offset) / spanNanos]
  })
}

const dayText = (nanos: string): string =>
  new Date(Number(BigInt(nanos) / 1_000_000n)).toLocaleDateString(undefined, { day: 'numeric', month: 'short' })
