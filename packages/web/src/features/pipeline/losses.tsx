import { type ReactNode, useMemo } from 'react'
import type { Pipeline } from '@clew/contract/pipeline'
import { exactValue } from '../../charts/format-value.ts'
import { formatCount, formatItems } from '../../model/format-count.ts'
import { formatAge, formatExactUtc } from '../../model/format-time.ts'
import { useNow } from '../../shell/use-now.ts'
import { Badge } from '../../ui/badge.tsx'
import { Panel } from '../../ui/panel.tsx'
import { EmptyState } from '../../ui/states.tsx'
import { type Column, Table } from '../../ui/table.tsx'
import styles from './pipeline.module.css'

interface LossesProps {
  readonly dropped: Pipeline['dropped']
  readonly refused: Pipeline['refused']
  /** Looks into the decisions of a component. */
  readonly onNode: (node: string) => void
}

type Loss = Pipeline['dropped'][number] & { readonly kind: 'dropped' | 'refused'; readonly unreadRequests?: number }

/** What did not arrive, by component and reason, largest first. */
export function Losses({ dropped, refused, onNode }: LossesProps): ReactNode {
  const rows = useMemo(
    () =>
      [
        ...dropped.map((row): Loss => ({ ...row, kind: 'dropped' })),
        ...refused.map((row): Loss => ({ ...row, kind: 'refused' })),
      ].sort((a, b) => b.count - a.count),
    [dropped, refused],
  )
  const columns = useMemo(() => lossColumns(onNode), [onNode])
  return (
    <Panel title="Dropped and refused, by reason">
      {rows.length === 0 ? (
        <EmptyState title="Nothing was dropped or refused">
          Everything that came in since the start went its way.
        </EmptyState>
      ) : (
        <Table
          label="Dropped and refused, by reason"
          columns={columns}
          rows={rows}
          rowKey={(row) => `${row.kind} ${row.component} ${row.reason} ${row.signal}`}
        />
      )}
    </Panel>
  )
}

function lossColumns(onNode: (node: string) => void): Column<Loss>[] {
  return [
    {
      id: 'count',
      title: 'Items',
      numeric: true,
      cell: ({ count, unreadRequests = 0 }) =>
        count === 0 && unreadRequests > 0 ? (
          <b title="Turned away before anybody looked how many items they had">
            {formatItems(unreadRequests, 'request')}
          </b>
        ) : (
          <b title={exactValue(count)}>{formatCount(count)}</b>
        ),
    },
    { id: 'signal', title: 'Signal', cell: ({ signal }) => signal },
    {
      id: 'kind',
      title: 'What',
      cell: ({ kind }) => <Badge tone={kind === 'refused' ? 'warn' : 'plain'}>{kind}</Badge>,
    },
    { id: 'reason', title: 'Reason', cell: ({ reason }) => <span title={reason}>{reason}</span> },
    {
      id: 'component',
      title: 'By',
      cell: ({ component }) => (
        <button
          type="button"
          className={styles.linkButton}
          title="Show its decisions"
          onClick={() => onNode(component)}
        >
          {component}
        </button>
      ),
    },
    { id: 'last', title: 'Last', numeric: true, cell: ({ lastNanos }) => <Age nanos={lastNanos} /> },
  ]
}

/** How long ago, counting on. */
export function Age({ nanos }: { readonly nanos: string }): ReactNode {
  const nowMs = useNow()
  return (
    <span className={styles.dim} title={formatExactUtc(nanos)}>
      {formatAge(nanos, nowMs)}
    </span>
  )
}
