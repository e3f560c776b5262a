import type { Surface } from '../../canvas/canvas.tsx'
import { LabelCache } from '../../canvas/label-cache.ts'
import { STATUS_ERROR } from '../../model/trace-model.ts'
import type { WaterfallScene } from './draw-waterfall.ts'
import { indentOf, yOfIndex, type WaterfallLayout } from './waterfall-layout.ts'

// One cache a font.
const names = new LabelCache()
const serviceNames = new LabelCache()
const counts = new LabelCache()

/** Indent, chevron, colour, error mark, name and, where it changes, the service of a row. */
export function drawSpanLabel(
  { context, palette }: Surface,
  layout: WaterfallLayout,
  scene: WaterfallScene,
  index: number,
): void {
  const { model } = scene
  const row = scene.visible[index] as number
  const y = yOfIndex(layout, index)
  const middle = y + layout.rowPx / 2 + 0.5
  const dimmed = scene.service >= 0 && model.service[row] !== scene.service
  let x = 6 + indentOf(layout, model.depth[row] as number)
  const below = model.descendants[row] as number
  context.globalAlpha = dimmed ? 0.45 : 1
  if (below > 0) drawChevron({ context, palette } as Surface, x, middle, scene.collapsed.has(row))
  x += 14
  context.fillStyle = palette.services[scene.hues[model.service[row] as number] ?? 0] ?? palette.accent
  context.fillRect(x, y + 5, 3, layout.rowPx - 10)
  x += 9
  const failed = model.status[row] === STATUS_ERROR
  const hiddenErrors = scene.collapsed.has(row) && (scene.errorsBelow[row] as number) > 0
  if (failed || hiddenErrors) {
    drawErrorMark({ context, palette } as Surface, x + 5, middle, failed)
    x += 16
  }
  let room = layout.labelWidth - x - 8
  if (scene.collapsed.has(row)) {
    const count = `+${below}`
    context.font = `11px ${palette.font}`
    context.textAlign = 'right'
    context.fillStyle = palette.textDim
    context.fillText(count, layout.labelWidth - 8, middle)
    context.textAlign = 'left'
    room -= counts.width(context, count) + 8
  }
  context.textBaseline = 'middle'
  context.textAlign = 'left'
  context.font = `13px ${palette.font}`
  const name = model.names[model.name[row] as number] ?? ''
  const shown = names.fit(context, name, room)
  const width = names.width(context, shown)
  if (scene.matches.has(row)) {
    context.fillStyle = palette.match
    context.globalAlpha = 0.3
    context.fillRect(x - 2, y + 3, width + 4, layout.rowPx - 6)
    context.globalAlpha = dimmed ? 0.45 : 1
  }
  context.fillStyle = failed ? palette.error : palette.text
  context.fillText(shown, x, middle)
  const parent = model.parent[row] as number
  const newService = parent < 0 || model.service[parent] !== model.service[row]
  if (shown === name && newService) {
    context.font = `12px ${palette.font}`
    context.fillStyle = palette.textFaint
    context.fillText(
      serviceNames.fit(context, model.services[model.service[row] as number] ?? '', room - width - 10),
      x + width + 10,
      middle,
    )
  }
  context.globalAlpha = 1
}

function drawChevron({ context, palette }: Surface, x: number, middle: number, folded: boolean): void {
  context.strokeStyle = palette.textDim
  context.lineWidth = 1.4
  context.beginPath()
  if (folded) {
    context.moveTo(x + 3, middle - 4)
    context.lineTo(x + 7, middle)
    context.lineTo(x + 3, middle + 4)
  } else {
    context.moveTo(x + 1, middle - 2)
    context.lineTo(x + 5, middle + 2)
    context.lineTo(x + 9, middle - 2)
  }
  context.stroke()
}

/** A disc with an exclamation mark, never colour alone; hollow when the error is in a folded span. */
function drawErrorMark({ context, palette }: Surface, x: number, middle: number, own: boolean): void {
  context.beginPath()
  context.arc(x, middle, 5.5, 0, Math.PI * 2)
  if (own) {
    context.fillStyle = palette.errorMark
    context.fill()
  } else {
    context.strokeStyle = palette.errorMark
    context.lineWidth = 1.2
    context.stroke()
  }
  context.fillStyle = own ? palette.surface : palette.errorMark
  context.fillRect(x - 0.8, middle - 3, 1.6, 3.6)
  context.fillRect(x - 0.8, middle + 1.6, 1.6, 1.6)
}
