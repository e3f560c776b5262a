import type { TraceModel } from './trace-model.ts'

/** Rows on the screen when the subtrees of `collapsed` rows are folded away, in order. */
export function visibleRows(model: TraceModel, collapsed: ReadonlySet<number>): Int32Array {
  const rows = new Int32Array(model.loaded)
  let count = 0
  for (let row = 0; row < model.loaded; row++) {
    rows[count++] = row
    if (collapsed.has(row)) row += model.descendants[row] as number
  }
  return rows.subarray(0, count)
}

/** Place of a row among the visible ones, or of the folded ancestor that hides it. -1 when there is none. */
export function indexOfRow(visible: Int32Array, row: number): number {
  let low = 0
  let high = visible.length - 1
  while (low <= high) {
    const middle = (low + high) >> 1
    const value = visible[middle] as number
    if (value === row) return middle
    if (value < row) low = middle + 1
    else high = middle - 1
  }
  return high
}

/** Rows to fold so that nothing deeper than `depth` shows. */
export function collapseBelow(model: TraceModel, depth: number): Set<number> {
  const rows = new Set<number>()
  for (let row = 0; row < model.loaded; row++) {
    if ((model.depth[row] as number) >= depth && (model.descendants[row] as number) > 0) rows.add(row)
  }
  return rows
}

/** Rows where a trace enters `service`: folding them hides what happens inside and below it. */
export function entriesOfService(model: TraceModel, service: number): number[] {
  const rows: number[] = []
  for (let row = 0; row < model.loaded; row++) {
    if (model.service[row] !== service || (model.descendants[row] as number) === 0) continue
    const parent = model.parent[row] as number
    if (parent < 0 || model.service[parent] !== service) rows.push(row)
  }
  return rows
}

/** Depth of the deepest visible row. */
export function maxVisibleDepth(model: TraceModel, visible: Int32Array): number {
  let depth = 0
  for (const row of visible) depth = Math.max(depth, model.depth[row] as number)
  return depth
}
