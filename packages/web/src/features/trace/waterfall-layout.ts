import type { TimeWindow } from '../../canvas/time-window.ts'

export const RULER_PX = 26
export const INDENT_PX = 12
export const MIN_LABEL_PX = 160

/** Where things are in the waterfall, in CSS pixels of its canvas. */
export interface WaterfallLayout {
  readonly width: number
  readonly height: number
  readonly rowPx: number
  readonly labelWidth: number
  readonly scrollTop: number
  readonly window: TimeWindow
}

export type WaterfallPart = 'ruler' | 'label' | 'chevron' | 'timeline'

/** Deep trees indent up to half of the column, so that names stay readable. */
export function indentOf(layout: WaterfallLayout, depth: number): number {
  const room = layout.labelWidth * 0.5
  return depth * INDENT_PX <= room ? depth * INDENT_PX : room
}

export const timelineWidth = (layout: WaterfallLayout): number => Math.max(1, layout.width - layout.labelWidth - 12)

/** Pixel of a moment, nanoseconds after the trace's start; may lie outside the canvas. */
export const xOfNanos = (layout: WaterfallLayout, nanos: number): number =>
  layout.labelWidth +
  ((nanos - layout.window.start) / (layout.window.end - layout.window.start)) * timelineWidth(layout)

export const nanosOfX = (layout: WaterfallLayout, x: number): number =>
  layout.window.start + ((x - layout.labelWidth) / timelineWidth(layout)) * (layout.window.end - layout.window.start)

/** Share of the timeline at a pixel: 0 left, 1 right. */
export const shareOfX = (layout: WaterfallLayout, x: number): number =>
  Math.min(1, Math.max(0, (x - layout.labelWidth) / timelineWidth(layout)))

/** Top of the `index`th visible row. */
export const yOfIndex = (layout: WaterfallLayout, index: number): number =>
  RULER_PX + index * layout.rowPx - layout.scrollTop

/** What lies under a point: the index of the visible row (may be past the end) and the part of it. */
export function hitTest(
  layout: WaterfallLayout,
  x: number,
  y: number,
  depthOf: (index: number) => number,
): { part: WaterfallPart; index: number } {
  if (y < RULER_PX) return { part: 'ruler', index: -1 }
  const index = Math.floor((y - RULER_PX + layout.scrollTop) / layout.rowPx)
  if (x >= layout.labelWidth) return { part: 'timeline', index }
  const chevron = 6 + indentOf(layout, depthOf(index))
  return { part: x >= chevron - 4 && x < chevron + 16 ? 'chevron' : 'label', index }
}

/** First and one past the last index that show. */
export function shownIndexes(layout: WaterfallLayout, count: number): readonly [first: number, end: number] {
  const first = Math.max(0, Math.floor(layout.scrollTop / layout.rowPx))
  const end = Math.min(count, Math.ceil((layout.scrollTop + layout.height - RULER_PX) / layout.rowPx) + 1)
  return [Math.min(first, count), Math.max(first, end)]
}

/** Scroll position that brings a row into view with the least movement, with a row of margin. */
export function scrollToShow(layout: WaterfallLayout, index: number): number {
  const top = index * layout.rowPx
  const room = layout.height - RULER_PX
  if (top - layout.rowPx < layout.scrollTop) return Math.max(0, top - layout.rowPx)
  if (top + 2 * layout.rowPx > layout.scrollTop + room) return top + 2 * layout.rowPx - room
  return layout.scrollTop
}
