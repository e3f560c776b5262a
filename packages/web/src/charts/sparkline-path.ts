/** SVG path data of a small line and of the area under it. */
export interface SparklinePath {
  readonly line: string
  readonly area: string
}

/**
 * Draws values into a box. The scale starts at zero, so that two sparklines of one column compare; a null breaks the
 * line; a value alone between nulls becomes a short dash, so that it is seen.
 */
export function sparklinePath(
  values: readonly (number | null)[],
  width: number,
  height: number,
  max = Math.max(0, ...values.map((value) => value ?? 0)),
): SparklinePath {
  const stepWidth = values.length > 1 ? width / (values.length - 1) : width
  const y = (value: number): string => round(max <= 0 ? height : height - (Math.min(value, max) / max) * height)
  let line = ''
  let area = ''
  let start = -1
  for (let index = 0; index <= values.length; index++) {
    const value = values[index] ?? null
    if (value !== null && start < 0) start = index
    if (value !== null || start < 0) continue
    const run = values.slice(start, index) as number[]
    const points = run.map((point, offset) => `${round((start + offset) * stepWidth)} ${y(point)}`)
    if (points.length === 1) points.push(`${round(Math.min(width, start * stepWidth + 2))} ${y(run[0] as number)}`)
    line += `M${points.join('L')}`
    const endX = round(Math.min(width, (start + Math.max(1, run.length - 1)) * stepWidth))
    area += `M${round(start * stepWidth)} ${height}L${points.join('L')}L${endX} ${height}Z`
    start = -1
  }
  return { line, area }
}

function round(value: number): string {
  return String(Math.round(value * 10) / 10)
}
