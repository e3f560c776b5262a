import type { Surface } from '../../canvas/canvas.tsx'
import type { TimeWindow } from '../../canvas/time-window.ts'
import { STATUS_ERROR, type TraceModel } from '../../model/trace-model.ts'

/** All visible rows squeezed into the strip; errors last, so that they show at every size. */
export function drawMinimapSpans(
  { context, width, height, palette }: Surface,
  model: TraceModel,
  visible: Int32Array,
  hues: readonly number[],
): void {
  const rowPx = Math.min(4, (height - 4) / Math.max(1, visible.length))
  const barPx = Math.max(1, rowPx * 0.8)
  const scale = width / model.durationNanos
  const errors: number[] = []
  // Rows that fall on one pixel line and start at one pixel look the same: draw the longest of them only.
  let line = -1
  const drawnTo = new Float64Array(Math.ceil(width) + 1)
  context.globalAlpha = 0.85
  for (let index = 0; index < visible.length; index++) {
    const row = visible[index] as number
    const y = 2 + index * rowPx
    const left = (model.start[row] as number) * scale
    const span = Math.max(1, (model.duration[row] as number) * scale)
    if (model.status[row] === STATUS_ERROR) errors.push(index)
    if (Math.floor(y) !== line) {
      line = Math.floor(y)
      drawnTo.fill(0)
    }
    const column = Math.min(drawnTo.length - 1, Math.max(0, Math.floor(left)))
    if ((drawnTo[column] as number) >= left + span) continue
    drawnTo[column] = left + span
    context.fillStyle = palette.services[hues[model.service[row] as number] ?? 0] ?? palette.accent
    context.fillRect(left, y, span, barPx)
  }
  context.globalAlpha = 1
  context.fillStyle = palette.errorMark
  for (const index of errors) {
    const row = visible[index] as number
    const left = (model.start[row] as number) * scale
    const y = 2 + index * rowPx
    // A stop at the start, wide enough to see, and a line below: the service's colour stays visible.
    context.fillRect(left, y, Math.max(2, Math.min(5, (model.duration[row] as number) * scale)), Math.max(2, barPx))
    context.fillRect(left, y + barPx - 1, (model.duration[row] as number) * scale, 1)
  }
}

/** Shades what is not on the screen and marks the rows that are. */
export function drawMinimapWindow(
  { context, width, height, palette }: Surface,
  window: TimeWindow,
  total: number,
  rows: { first: number; end: number; count: number },
): void {
  const left = (window.start / total) * width
  const right = (window.end / total) * width
  context.fillStyle = palette.surface
  context.globalAlpha = 0.65
  context.fillRect(0, 0, left, height)
  context.fillRect(right, 0, width - right, height)
  context.globalAlpha = 1
  if (right - left < width - 0.5) {
    context.fillStyle = palette.accent
    context.fillRect(left - 1, 0, 2, height)
    context.fillRect(right - 1, 0, 2, height)
  }
  if (rows.count > 0 && rows.end - rows.first < rows.count) {
    const rowPx = Math.min(4, (height - 4) / rows.count)
    context.fillStyle = palette.textFaint
    context.fillRect(width - 3, 2 + rows.first * rowPx, 3, Math.max(3, (rows.end - rows.first) * rowPx))
  }
}
