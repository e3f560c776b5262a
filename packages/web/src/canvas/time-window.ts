/** What part of a line (a trace, in nanoseconds after its start) is on the screen. */
export interface TimeWindow {
  readonly start: number
  readonly end: number
}

/** Keeps a window inside 0..total and at least `minSpan` wide; it moves before it shrinks. */
export function clampWindow(window: TimeWindow, total: number, minSpan: number): TimeWindow {
  const span = Math.min(Math.max(window.end - window.start, Math.min(minSpan, total)), total)
  const start = Math.min(Math.max(window.start, 0), total - span)
  return { start, end: start + span }
}

/** Narrows (factor < 1) or widens around the point that lies at `anchor` (0 left, 1 right); that point stays put. */
export function zoomWindow(
  window: TimeWindow,
  factor: number,
  anchor: number,
  total: number,
  minSpan = 100,
): TimeWindow {
  const span = window.end - window.start
  const next = Math.min(Math.max(span * factor, Math.min(minSpan, total)), total)
  const point = window.start + span * anchor
  return clampWindow({ start: point - next * anchor, end: point + next * (1 - anchor) }, total, minSpan)
}

/** Moves by a share of the window's width. */
export function panWindow(window: TimeWindow, share: number, total: number): TimeWindow {
  const shift = (window.end - window.start) * share
  return clampWindow({ start: window.start + shift, end: window.end + shift }, total, 0)
}

/** A window around start..end with a margin, for "fit". */
export function fitWindow(start: number, end: number, total: number, minSpan = 100): TimeWindow {
  const margin = Math.max((end - start) * 0.08, minSpan / 2)
  return clampWindow({ start: start - margin, end: end + margin }, total, minSpan)
}
