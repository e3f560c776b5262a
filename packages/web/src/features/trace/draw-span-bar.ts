import { SPAN_KINDS } from '@clew/contract/common'
import type { Surface } from '../../canvas/canvas.tsx'
import { LabelCache } from '../../canvas/label-cache.ts'
import { formatDuration } from '../../model/format-duration.ts'
import { STATUS_ERROR, type TraceModel } from '../../model/trace-model.ts'
import type { WaterfallScene } from './draw-waterfall.ts'
import { xOfNanos, yOfIndex, type WaterfallLayout } from './waterfall-layout.ts'

const BAR_INSET_PX = 5
const MIN_BAR_PX = 2
const details = new LabelCache()

/** The bar of a row, its critical path, and the text beside it; an arrow when it is off the screen. */
export function drawSpanBar(
  { context, palette }: Surface,
  layout: WaterfallLayout,
  scene: WaterfallScene,
  index: number,
): void {
  const { model } = scene
  const row = scene.visible[index] as number
  const y = yOfIndex(layout, index) + BAR_INSET_PX
  const height = layout.rowPx - BAR_INSET_PX * 2
  const start = model.start[row] as number
  const left = xOfNanos(layout, start)
  const right = Math.max(xOfNanos(layout, start + (model.duration[row] as number)), left + MIN_BAR_PX)
  const edge = layout.width
  if (right < layout.labelWidth || left > edge) {
    drawOffscreenMark({ context, palette } as Surface, layout, left > edge, y + height / 2)
    return
  }
  // Far zooms make bars millions of pixels long; canvases draw those badly.
  const from = Math.max(left, layout.labelWidth - 4)
  const to = Math.min(right, edge + 4)
  const dimmed = scene.service >= 0 && model.service[row] !== scene.service
  context.globalAlpha = dimmed ? 0.25 : 1
  context.fillStyle = palette.services[scene.hues[model.service[row] as number] ?? 0] ?? palette.accent
  context.beginPath()
  context.roundRect(from, y, Math.max(MIN_BAR_PX, to - from), height, Math.min(2.5, (to - from) / 2))
  context.fill()
  if (model.status[row] === STATUS_ERROR) {
    context.strokeStyle = palette.errorMark
    context.lineWidth = 2
    context.strokeRect(from, y, Math.max(MIN_BAR_PX, to - from), height)
  }
  context.globalAlpha = 1
  drawCriticalSegments({ context, palette } as Surface, layout, scene, row, y + height - 2)
  drawBarText({ context, palette } as Surface, layout, model, row, from, to, y + height / 2 + 0.5)
}

function drawOffscreenMark(
  { context, palette }: Surface,
  layout: WaterfallLayout,
  isRight: boolean,
  middle: number,
): void {
  const x = isRight ? layout.width - 6 : layout.labelWidth + 6
  const tip = isRight ? 3 : -3
  context.fillStyle = palette.textFaint
  context.beginPath()
  context.moveTo(x + tip, middle)
  context.lineTo(x - tip, middle - 3)
  context.lineTo(x - tip, middle + 3)
  context.fill()
}

function drawCriticalSegments(
  { context, palette }: Surface,
  layout: WaterfallLayout,
  scene: WaterfallScene,
  row: number,
  y: number,
): void {
  const path = scene.criticalPath
  if (path === undefined || row + 1 >= path.firstOfRow.length) return
  for (let i = path.firstOfRow[row] as number; i < (path.firstOfRow[row + 1] as number); i++) {
    const left = Math.max(xOfNanos(layout, path.start[i] as number), layout.labelWidth - 4)
    const right = Math.min(xOfNanos(layout, path.end[i] as number), layout.width + 4)
    if (right < left) continue
    context.fillStyle = palette.criticalOutline
    context.fillRect(left, y - 1, Math.max(1, right - left), 4)
    context.fillStyle = palette.critical
    context.fillRect(left, y, Math.max(1, right - left), 2)
  }
}

/** Duration, kind and hint beside the bar: to its right, or to its left when there is no room. */
function drawBarText(
  { context, palette }: Surface,
  layout: WaterfallLayout,
  model: TraceModel,
  row: number,
  from: number,
  to: number,
  middle: number,
): void {
  const marks = `${(model.eventCount[row] as number) > 0 ? `  ◆${model.eventCount[row]}` : ''}${(model.linkCount[row] as number) > 0 ? `  ↗${model.linkCount[row]}` : ''}`
  const kind = SPAN_KINDS[model.kind[row] as number]
  const text = `${formatDuration(model.duration[row] as number)}${kind === 'producer' || kind === 'consumer' ? `  ${kind}` : ''}${marks}`
  context.font = `11px ${palette.font}`
  context.textBaseline = 'middle'
  context.fillStyle = palette.textDim
  const width = details.width(context, text)
  const roomRight = layout.width - to - 12
  if (roomRight >= width) {
    context.textAlign = 'left'
    context.fillText(text, to + 6, middle)
    const hint = model.hint[row] as string
    if (hint !== '' && hint !== model.names[model.name[row] as number] && roomRight > width + 60) {
      context.fillStyle = palette.textFaint
      context.fillText(details.fit(context, hint, roomRight - width - 18), to + 6 + width + 10, middle)
    }
  } else if (from - layout.labelWidth - 12 >= width) {
    context.textAlign = 'right'
    context.fillText(text, from - 6, middle)
  } else if (to - from > width + 20) {
    // On the bar itself, on a plate, so that it is readable on every hue.
    context.textAlign = 'left'
    const x = Math.max(from, layout.labelWidth) + 6
    context.fillStyle = palette.surface
    context.globalAlpha = 0.85
    context.fillRect(x - 3, middle - 7, width + 6, 14)
    context.globalAlpha = 1
    context.fillStyle = palette.text
    context.fillText(text, x, middle)
  }
}
