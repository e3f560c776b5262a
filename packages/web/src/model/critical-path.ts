import { endOf, type TraceModel } from './trace-model.ts'

/** Stretches of time that decided how long the trace took, each with the span it was spent in; no two overlap. */
export interface CriticalPath {
  /** Segments sorted by row; those of row r are `firstOfRow[r]` up to `firstOfRow[r + 1]`. */
  readonly firstOfRow: Int32Array
  readonly start: Float64Array
  readonly end: Float64Array
  /** Time on the path per row. */
  readonly perRow: Float64Array
}

interface Frame {
  readonly row: number
  readonly start: number
  /** Children, the last to end first. */
  readonly children: readonly number[]
  next: number
  /** The path is known from here to the end. */
  at: number
}

/**
 * Walks back from the end of the trace: the child that ended last before a moment is what the parent waited for; where no
 * child ran, the time is the span's own. Children that end after their parent count up to its end.
 */
export function criticalPath(model: TraceModel): CriticalPath {
  const rows: number[] = []
  const starts: number[] = []
  const ends: number[] = []
  const add = (row: number, start: number, end: number): void => {
    if (row < 0 || end <= start) return
    rows.push(row)
    starts.push(start)
    ends.push(end)
  }
  const stack: Frame[] = [
    { row: -1, start: 0, children: lastEndingFirst(model, rootsOf(model)), next: 0, at: model.durationNanos },
  ]
  for (let frame = stack.at(-1); frame !== undefined; frame = stack.at(-1)) {
    const child = frame.children[frame.next++]
    if (child === undefined) {
      add(frame.row, frame.start, frame.at)
      stack.pop()
      continue
    }
    const start = Math.max(model.start[child] as number, frame.start)
    const end = Math.min(endOf(model, child), frame.at)
    if (end <= start) continue
    add(frame.row, end, frame.at)
    frame.at = start
    stack.push({ row: child, start, children: lastEndingFirst(model, childrenOf(model, child)), next: 0, at: end })
  }
  return sorted(model, rows, starts, ends)
}

function sorted(
  model: TraceModel,
  rows: readonly number[],
  starts: readonly number[],
  ends: readonly number[],
): CriticalPath {
  const firstOfRow = new Int32Array(model.loaded + 1)
  const perRow = new Float64Array(model.loaded)
  for (const row of rows) firstOfRow[row + 1] = (firstOfRow[row + 1] as number) + 1
  for (let row = 0; row < model.loaded; row++)
    firstOfRow[row + 1] = (firstOfRow[row + 1] as number) + (firstOfRow[row] as number)
  const place = firstOfRow.slice()
  const start = new Float64Array(rows.length)
  const end = new Float64Array(rows.length)
  for (const [i, row] of rows.entries()) {
    const at = place[row] as number
    place[row] = at + 1
    start[at] = starts[i] as number
    end[at] = ends[i] as number
    perRow[row] = (perRow[row] as number) + (ends[i] as number) - (starts[i] as number)
  }
  return { firstOfRow, start, end, perRow }
}

function rootsOf(model: TraceModel): number[] {
  const roots: number[] = []
  for (let row = 0; row < model.loaded; row += (model.descendants[row] as number) + 1) roots.push(row)
  return roots
}

function childrenOf(model: TraceModel, row: number): number[] {
  const children: number[] = []
  const last = Math.min(row + (model.descendants[row] as number), model.loaded - 1)
  for (let child = row + 1; child <= last; child += (model.descendants[child] as number) + 1) children.push(child)
  return children
}

const lastEndingFirst = (model: TraceModel, rows: number[]): number[] =>
  rows.length < 2 ? rows : rows.sort((a, b) => endOf(model, b) - endOf(model, a))
