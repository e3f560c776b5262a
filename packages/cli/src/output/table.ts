import { displayWidth, truncate } from './plain-text.ts'
import type { Paint, Style } from './style.ts'

/** A column of a table for people. */
export interface Column {
  readonly title: string
  readonly align?: 'left' | 'right'
  /** May be cut when the terminal is narrow; the widest such column gives first. */
  readonly flexible?: boolean
}

/** A cell: text, or text with the paint that is put on after cutting and padding. */
export type Cell = string | { readonly text: string; readonly paint: Paint }

const GAP = '  '
const NARROWEST = 8

/** Aligned columns under a dim header, no wider than `width` unless the fixed columns alone are. */
export function formatTable(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  width: number,
  style: Style,
): string {
  const widths = columns.map((column, index) =>
    Math.max(displayWidth(column.title), ...rows.map((row) => displayWidth(textOf(row[index])))),
  )
  shrink(columns, widths, width)
  const line = (cells: readonly Cell[], header: boolean): string =>
    columns
      .map((column, index) => {
        const cell = cells[index]
        const room = widths[index] ?? 0
        const text = truncate(textOf(cell), room)
        const space = ' '.repeat(room - displayWidth(text))
        const painted = header ? style.dim(text) : typeof cell === 'object' ? cell.paint(text) : text
        return column.align === 'right' ? space + painted : painted + space
      })
      .join(GAP)
      .trimEnd()
  return [
    line(
      columns.map(({ title }) => title),
      true,
    ),
    ...rows.map((row) => line(row, false)),
  ].join('\n')
}

function shrink(columns: readonly Column[], widths: number[], width: number): void {
  let excess = widths.reduce((sum, columnWidth) => sum + columnWidth, GAP.length * (columns.length - 1)) - width
  while (excess > 0) {
    let widest = -1
    for (const [index, column] of columns.entries()) {
      if (column.flexible === true && (widths[index] ?? 0) > (widths[widest] ?? NARROWEST)) widest = index
    }
    if (widest < 0) return
    widths[widest] = (widths[widest] ?? 0) - 1
    excess -= 1
  }
}

function textOf(cell: Cell | undefined): string {
  return cell === undefined ? '' : typeof cell === 'string' ? cell : cell.text
}
