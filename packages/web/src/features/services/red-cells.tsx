import type { ReactNode } from 'react'
import type { Red } from '@clew/contract/services'
import { exactValue, formatRatio, formatValue } from '../../charts/format-value.ts'
import { formatDuration } from '../../model/format-duration.ts'
import type { Column } from '../../ui/table.tsx'
import { totalNanos } from './sort-red.ts'
import styles from './services.module.css'

/** Share of failed calls; red and marked only when there are any. */
export function ErrorShare({ red }: { readonly red: Red }): ReactNode {
  if (red.errors === 0) return <span className={styles.faint}>0 %</span>
  return (
    <span className={styles.failed} title={`${exactValue(red.errors)} of ${exactValue(red.calls)} calls failed`}>
      {formatRatio(red.errorRatio)}
    </span>
  )
}

/** A duration, or a dash when nothing ran. */
export function Duration({ nanos }: { readonly nanos: number | null }): ReactNode {
  if (nanos === null) return <span className={styles.faint}>–</span>
  return <span title={`${exactValue(nanos)} ns`}>{formatDuration(nanos)}</span>
}

/** Calls a second. */
export function Rate({ red }: { readonly red: Red }): ReactNode {
  return <span title={`${exactValue(red.calls)} calls`}>{formatValue(red.callsPerSecond, '/s')}</span>
}

/** The columns that every table of rate, errors and durations has. */
export function redColumns<Row extends { readonly red: Red }>(sortable: boolean): Column<Row>[] {
  return [
    { id: 'rate', title: 'Rate', numeric: true, sortable, cell: ({ red }) => <Rate red={red} /> },
    { id: 'errors', title: 'Failed', numeric: true, sortable, cell: ({ red }) => <ErrorShare red={red} /> },
    { id: 'p50', title: 'p50', numeric: true, sortable, cell: ({ red }) => <Duration nanos={red.p50Nanos} /> },
    { id: 'p95', title: 'p95', numeric: true, sortable, cell: ({ red }) => <Duration nanos={red.p95Nanos} /> },
    { id: 'p99', title: 'p99', numeric: true, sortable, cell: ({ red }) => <Duration nanos={red.p99Nanos} /> },
  ]
}

/** Where the time goes: share of the median time of all calls together. */
export function TimeShare({ red, all }: { readonly red: Red; readonly all: number }): ReactNode {
  const share = all > 0 ? (totalNanos(red) ?? 0) / all : 0
  return (
    <span className={styles.share} title={`${formatRatio(share)} of the time of all operations`}>
      <span className={styles.shareBar} style={{ width: `${Math.max(1, share * 100)}%` }} />
    </span>
  )
}
