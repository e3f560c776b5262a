/** Keyboard cursor of a chart: the step it is on, and where a selection began (null when nothing is selected). */
export interface ChartCursor {
  readonly index: number | null
  readonly anchor: number | null
}

/** What a key does to the cursor: a new state, and whether the selection is to be zoomed into. */
export interface CursorMove {
  readonly cursor: ChartCursor
  readonly zoom: boolean
}

const NO_CURSOR: ChartCursor = { index: null, anchor: null }

/**
 * Arrow keys step, Page keys step by ten, Home and End jump, Shift selects, Enter zooms into the selection (or into the
 * cursor's step and its neighbours), Escape clears the selection, then the cursor. Undefined for keys that are not the
 * chart's; Escape without anything to clear is left to the page.
 */
export function moveCursor(cursor: ChartCursor, key: string, shift: boolean, count: number): CursorMove | undefined {
  if (count <= 0) return undefined
  const last = count - 1
  if (key === 'Escape') {
    if (cursor.index === null) return undefined
    return { cursor: cursor.anchor === null ? NO_CURSOR : { index: cursor.index, anchor: null }, zoom: false }
  }
  if (key === 'Enter') {
    if (cursor.index === null) return undefined
    const anchor = cursor.anchor ?? Math.max(0, cursor.index - 1)
    const index = cursor.anchor === null ? Math.min(last, cursor.index + 1) : cursor.index
    return { cursor: { index, anchor }, zoom: true }
  }
  const target = targetOf(key, cursor.index, last)
  if (target === undefined) return undefined
  const index = Math.min(last, Math.max(0, target))
  return { cursor: { index, anchor: shift ? (cursor.anchor ?? cursor.index ?? index) : null }, zoom: false }
}

function targetOf(key: string, index: number | null, last: number): number | undefined {
  switch (key) {
    case 'ArrowLeft':
      return (index ?? last + 1) - 1
    case 'ArrowRight':
      return (index ?? -1) + 1
    case 'PageUp':
      return (index ?? last + 10) - 10
    case 'PageDown':
      return (index ?? -10) + 10
    case 'Home':
      return 0
    case 'End':
      return last
    default:
      return undefined
  }
}
