import { type ReactNode, useState } from 'react'
import type { ReadoutRow } from './chart-series.ts'
import { clockText, dayText } from './clock-text.ts'
import { type TimeSteps, stepMillis } from './time-steps.ts'
import styles from './chart-figure.module.css'

interface ChartTableProps {
  readonly label: string
  readonly steps: TimeSteps
  readonly readout: (index: number) => readonly ReadoutRow[]
}

const PAGE_ROWS = 30

/** The numbers of a chart as a table, newest first, in pages. */
export function ChartTable({ label, steps, readout }: ChartTableProps): ReactNode {
  const [page, setPage] = useState(0)
  const pages = Math.max(1, Math.ceil(steps.count / PAGE_ROWS))
  const current = Math.min(page, pages - 1)
  const newest = steps.count - 1 - current * PAGE_ROWS
  const indexes = Array.from({ length: Math.max(0, Math.min(PAGE_ROWS, newest + 1)) }, (_, offset) => newest - offset)
  const rows = indexes.map((index) => ({ index, cells: new Map(readout(index).map((row) => [row.key, row])) }))
  const columns = new Map(rows.flatMap(({ cells }) => [...cells.values()]).map((row) => [row.key, row.label]))
  return (
    <section className={styles.table} aria-label={`${label}, table`} tabIndex={0}>
      <table>
        <thead>
          <tr>
            <th scope="col">Time</th>
            {[...columns].map(([key, name]) => (
              <th key={key} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ index, cells }) => (
            <tr key={index}>
              <th scope="row">
                {dayText(stepMillis(steps, index))}{' '}
                {clockText(stepMillis(steps, index), Math.min(steps.stepNanos / 1e6, 1e3))}
              </th>
              {[...columns.keys()].map((key) => (
                <td key={key}>{cells.get(key)?.text ?? '–'}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {pages > 1 && (
        <p className={styles.pages}>
          <button type="button" disabled={current === 0} onClick={() => setPage(current - 1)}>
            Newer
          </button>
          <span>
            {current + 1} of {pages}
          </span>
          <button type="button" disabled={current >= pages - 1} onClick={() => setPage(current + 1)}>
            Older
          </button>
        </p>
      )}
    </section>
  )
}
