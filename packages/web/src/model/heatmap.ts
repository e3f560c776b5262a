import type { NanoRange } from './time-text.ts'

export interface HeatCell {
  readonly time: number
  readonly duration: number
  readonly count: number
  readonly errors: number
}

/** The rows of the heatmap to show: those with cells and one more on each side, at least `minRows`. Empty: all. */
export function shownRows(cells: readonly HeatCell[], rowCount: number, minRows = 8): { first: number; last: number } {
  let first = rowCount
  let last = -1
  for (const cell of cells) {
    if (cell.duration < first) first = cell.duration
    if (cell.duration > last) last = cell.duration
  }
  if (last < 0) return { first: 0, last: rowCount - 1 }
  first = Math.max(0, first - 1)
  last = Math.min(rowCount - 1, last + 1)
  while (last - first + 1 < Math.min(minRows, rowCount)) {
    if (last < rowCount - 1) last++
    if (last - first + 1 < Math.min(minRows, rowCount) && first > 0) first--
  }
  return { first, last }
}

/** Step 0 to steps-1 of a colour scale, logarithmic: one span is the palest, the fullest cell the strongest. */
export function heatStep(count: number, maxCount: number, steps: number): number {
  if (count <= 1 || maxCount <= 1) return maxCount <= 1 ? Math.floor(steps / 2) : 0
  return Math.min(steps - 1, Math.floor((Math.log(count) / Math.log(maxCount)) * (steps - 1) + 0.5))
}

/** A logarithmic axis for durations: share 0 is `low`, share 1 is `high`. */
export function durationAt(share: number, low: number, high: number): number {
  return low * (high / low) ** share
}

export function shareOfDuration(nanos: number, low: number, high: number): number {
  return Math.log(Math.max(nanos, 1) / low) / Math.log(high / low)
}

/** The part of a range between two shares of it, in either order, at least a microsecond wide. */
export function rangePart(range: NanoRange, from: number, to: number): NanoRange {
  const [low, high] = from < to ? [from, to] : [to, from]
  const span = Number(range.endNanos - range.startNanos)
  const startNanos = range.startNanos + BigInt(Math.round(span * Math.max(0, low)))
  const endNanos = range.startNanos + BigInt(Math.round(span * Math.min(1, high)))
  return { startNanos, endNanos: endNanos - startNanos < 1000n ? startNanos + 1000n : endNanos }
}

/** A duration as the search language writes it, three significant digits: `12.3ms`. */
export function durationLiteral(nanos: number): string {
  const rounded = Math.max(1, Number(nanos.toPrecision(3)))
  for (const [scale, unit] of [
    [1e9, 's'],
    [1e6, 'ms'],
    [1e3, 'us'],
  ] as const) {
    if (rounded >= scale) return `${Number((rounded / scale).toPrecision(3))}${unit}`
  }
  return `${Math.round(rounded)}ns`
}
