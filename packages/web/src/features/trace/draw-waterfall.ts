import type { Surface } from '../../canvas/canvas.tsx'
import { LabelCache } from '../../canvas/label-cache.ts'
import { tickStepNanos } from '../../canvas/ticks.ts'
import type { CriticalPath } from '../../model/critical-path.ts'
import { formatDuration } from '../../model/format-duration.ts'
import type { TraceModel } from '../../model/trace-model.ts'
import { drawSpanBar } from './draw-span-bar.ts'
import { drawSpanLabel } from './draw-span-label.ts'
import { RULER_PX, shownIndexes, timelineWidth, xOfNanos, yOfIndex, type WaterfallLayout } from './waterfall-layout.ts'

export interface WaterfallScene {
  readonly model: TraceModel
  readonly visible: Int32Array
  readonly collapsed: ReadonlySet<number>
  readonly errorsBelow: Uint32Array
  readonly criticalPath: CriticalPath | undefined
  /** Colour index of each service of the model. */
  readonly hues: readonly number[]
  readonly matches: ReadonlySet<number>
  readonly selected: number
  readonly cursor: number
  readonly hover: number
  /** Service that stands out; -1 for none. */
  readonly service: number
}

const tickTexts = new LabelCache()

/** Draws the rows on the screen, nothing else: the cost does not depend on the size of the trace. */
export function drawWaterfall(surface: Surface, layout: WaterfallLayout, scene: WaterfallScene): void {
  const { context, palette } = surface
  context.fillStyle = palette.surface
  context.fillRect(0, 0, layout.width, layout.height)
  const [first, end] = shownIndexes(layout, scene.visible.length)
  for (let index = first; index < end; index++) drawRowGround(surface, layout, scene, index)
  drawGrid(surface, layout)
  context.save()
  context.beginPath()
  context.rect(layout.labelWidth, RULER_PX, layout.width - layout.labelWidth, layout.height - RULER_PX)
  context.clip()
  for (let index = first; index < end; index++) drawSpanBar(surface, layout, scene, index)
  context.restore()
  for (let index = first; index < end; index++) drawSpanLabel(surface, layout, scene, index)
  drawRuler(surface, layout)
}

function drawRowGround(
  { context, palette }: Surface,
  layout: WaterfallLayout,
  scene: WaterfallScene,
  index: number,
): void {
  const row = scene.visible[index] as number
  const y = yOfIndex(layout, index)
  const ground =
    row === scene.selected
      ? palette.surfaceSelected
      : row === scene.hover || row === scene.cursor
        ? palette.surfaceHover
        : undefined
  if (ground !== undefined) {
    context.fillStyle = ground
    context.fillRect(0, y, layout.width, layout.rowPx)
  }
  if (row === scene.cursor) {
    context.fillStyle = palette.accent
    context.fillRect(0, y, 2, layout.rowPx)
  }
}

function drawGrid({ context, palette }: Surface, layout: WaterfallLayout): void {
  context.fillStyle = palette.gridLine
  for (const at of gridTimes(layout)) {
    context.fillRect(Math.round(xOfNanos(layout, at)), RULER_PX, 1, layout.height - RULER_PX)
  }
  context.fillStyle = palette.border
  context.fillRect(layout.labelWidth - 1, 0, 1, layout.height)
}

function gridTimes({ window, ...layout }: WaterfallLayout): number[] {
  const step = tickStepNanos(
    window.end - window.start,
    Math.max(2, Math.floor(timelineWidth({ ...layout, window }) / 110)),
  )
  const times: number[] = []
  for (let at = Math.ceil(window.start / step) * step; at <= window.end; at += step) times.push(at)
  return times
}

function drawRuler({ context, palette }: Surface, layout: WaterfallLayout): void {
  context.fillStyle = palette.surface
  context.fillRect(0, 0, layout.width, RULER_PX)
  context.fillStyle = palette.border
  context.fillRect(0, RULER_PX - 1, layout.width, 1)
  context.fillRect(layout.labelWidth - 1, 0, 1, RULER_PX)
  context.font = `11px ${palette.font}`
  context.textBaseline = 'middle'
  context.textAlign = 'left'
  context.fillStyle = palette.textFaint
  context.fillText('Service and operation', 12, RULER_PX / 2)
  for (const at of gridTimes(layout)) {
    const x = Math.round(xOfNanos(layout, at))
    context.fillStyle = palette.borderStrong
    context.fillRect(x, RULER_PX - 6, 1, 5)
    context.fillStyle = palette.textFaint
    const text = formatDuration(at)
    if (x + 4 + tickTexts.width(context, text) < layout.width) context.fillText(text, x + 4, RULER_PX / 2)
  }
}
