import type { PlotArea } from './chart-series.ts'
import { type TimeSteps, stepMillis } from './time-steps.ts'

/** The time under a pointer, clamped to the plot. */
export function millisAt(x: number, area: PlotArea, steps: TimeSteps): number {
  const share = area.width <= 0 ? 0 : Math.min(1, Math.max(0, (x - area.left) / area.width))
  const start = stepMillis(steps, 0)
  return start + share * (stepMillis(steps, steps.count) - start)
}

/** The pixel of a time, or null outside the plot. */
export function pixelOf(unixMs: number, area: PlotArea, steps: TimeSteps): number | null {
  const start = stepMillis(steps, 0)
  const share = (unixMs - start) / (stepMillis(steps, steps.count) - start)
  return share >= 0 && share <= 1 ? area.left + share * area.width : null
}
