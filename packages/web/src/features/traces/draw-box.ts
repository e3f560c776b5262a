import type { Surface } from '../../canvas/canvas.tsx'
import type { Point } from './use-box-drag.ts'

/** The box that is being dragged. */
export function drawBox({ context, palette }: Surface, [from, to]: readonly [Point, Point]): void {
  const left = Math.min(from.x, to.x)
  const top = Math.min(from.y, to.y)
  const width = Math.abs(from.x - to.x)
  const height = Math.abs(from.y - to.y)
  context.save()
  context.globalAlpha = 0.18
  context.fillStyle = palette.accent
  context.fillRect(left, top, width, height)
  context.restore()
  context.strokeStyle = palette.accent
  context.lineWidth = 1
  context.strokeRect(left + 0.5, top + 0.5, width, height)
}
