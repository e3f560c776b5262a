import { type ReactNode, useMemo } from 'react'
import type { OutputOf } from '@clew/contract/endpoint'
import { recentDecisions } from '@clew/contract/pipeline'
import { useEndpoint } from '../../api/use-endpoint.ts'
import { exactValue } from '../../charts/format-value.ts'
import { formatCount } from '../../model/format-count.ts'
import { formatExactUtc, formatTime } from '../../model/format-time.ts'
import { PageLink } from '../../shell/page-link.tsx'
import { pageHref } from '../../shell/url-state.ts'
import { Badge } from '../../ui/badge.tsx'
import { Panel } from '../../ui/panel.tsx'
import { EmptyState, ErrorState, LoadingState } from '../../ui/states.tsx'
import { type Column, Table } from '../../ui/table.tsx'
import type { PipelineUrl } from './url.ts'
import styles from './pipeline.module.css'

type Decision = OutputOf<typeof recentDecisions>['decisions'][number]

const POLL_MS = 2000
const LIMIT = 200

/** Why items were dropped, refused, changed or sampled lately, and by which rule. */
export function Decisions({ node, signal }: Pick<PipelineUrl, 'node' | 'signal'>): ReactNode {
  const { data, error, loading, busy, refetch } = useEndpoint(
    recentDecisions,
    { limit: LIMIT, ...(node === '' ? {} : { component: node }) },
    { staleMs: 0, refetchMs: POLL_MS },
  )
  const rows = useMemo(
    () =>
      (data?.decisions ?? [])
        .filter((decision) => signal === 'all' || decision.signal === signal)
        .map((decision, index) => ({ ...decision, key: `${decision.timeNanos} ${index}` })),
    [data, signal],
  )
  if (loading) return <LoadingState label="Loading decisions" />
  if (error !== null && data === undefined) return <ErrorState error={error} onRetry={refetch} />
  return (
    <Panel busy={busy}>
      {rows.length === 0 ? (
        <EmptyState title="No decision lately">
          Nothing was dropped, refused, changed or sampled{node === '' ? '' : ` by ${node}`}.
        </EmptyState>
      ) : (
        <Table label="Recent decisions" columns={COLUMNS} rows={rows} rowKey={({ key }) => key} />
      )}
    </Panel>
  )
}

const TONES = { dropped: 'error', refused: 'warn', changed: 'accent', sampled: 'plain' } as const

const COLUMNS: readonly Column<Decision>[] = [
  {
    id: 'time',
    title: 'Time',
    cell: ({ timeNanos }) => <time title={formatExactUtc(timeNanos)}>{formatTime(timeNanos)}</time>,
  },
  { id: 'action', title: 'What', cell: ({ action }) => <Badge tone={TONES[action]}>{action}</Badge> },
  {
    id: 'count',
    title: 'Items',
    numeric: true,
    cell: ({ count }) => <span title={exactValue(count)}>{formatCount(count)}</span>,
  },
  { id: 'signal', title: 'Signal', cell: ({ signal }) => signal },
  { id: 'reason', title: 'Reason', cell: ({ reason }) => <span title={reason}>{reason}</span> },
  { id: 'rule', title: 'Rule', cell: ({ rule }) => <code title={rule}>{rule}</code> },
  { id: 'component', title: 'By', cell: ({ component }) => <span className={styles.dim}>{component}</span> },
  {
    id: 'trace',
    title: 'Example',
    cell: ({ traceId, spanId }) =>
      traceId === '' ? (
        <span className={styles.dim}>–</span>
      ) : (
        <PageLink href={pageHref(`/traces/${traceId}`, spanId === '' ? {} : { span: spanId })}>
          {traceId.slice(0, 8)}…
        </PageLink>
      ),
  },
]
