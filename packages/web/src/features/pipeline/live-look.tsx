import { type ReactNode, useState } from 'react'
import type { OutputOf } from '@clew/contract/endpoint'
import { tapPipeline } from '@clew/contract/pipeline'
import { useStream } from '../../api/use-stream.ts'
import { formatCount } from '../../model/format-count.ts'
import { formatDuration } from '../../model/format-duration.ts'
import { formatExactUtc, formatTime } from '../../model/format-time.ts'
import { PageLink } from '../../shell/page-link.tsx'
import { ServiceName } from '../../shell/service-name.tsx'
import { pageHref } from '../../shell/url-state.ts'
import { Badge } from '../../ui/badge.tsx'
import { Panel } from '../../ui/panel.tsx'
import { EmptyState } from '../../ui/states.tsx'
import { type Column, Table } from '../../ui/table.tsx'
import type { PipelineUrl } from './url.ts'
import styles from './pipeline.module.css'

type TapItem = OutputOf<typeof tapPipeline>['items'][number] & { readonly key: number }

interface Seen {
  readonly items: readonly TapItem[]
  readonly count: number
  readonly skipped: number
}

const ROWS = 60
const MAX_PER_SECOND = 20
const NOTHING: Seen = { items: [], count: 0, skipped: 0 }

/** A sampled look at what flows out of a component. Nothing moves while the pointer is on it. */
export function LiveLook({ node, signal }: Pick<PipelineUrl, 'node' | 'signal'>): ReactNode {
  const [seen, setSeen] = useState(NOTHING)
  const [held, setHeld] = useState(false)
  const state = useStream(
    tapPipeline,
    { node, maxPerSecond: MAX_PER_SECOND, ...(signal === 'all' ? {} : { signal }) },
    ({ items, skipped }) => {
      if (!held) setSeen((old) => take(old, items, skipped))
    },
  )
  return (
    <Panel
      title={state === 'lost' ? 'Connection lost, trying again' : held ? 'Held while you look' : 'Live'}
      actions={
        <span className={styles.storeStatus}>
          {formatCount(seen.count)} shown, {formatCount(seen.skipped)} skipped to keep to {MAX_PER_SECOND} a second
        </span>
      }
    >
      {seen.items.length === 0 ? (
        <EmptyState title={state === 'lost' ? 'The server cannot be reached' : 'Nothing flows here right now'} />
      ) : (
        <div onPointerEnter={() => setHeld(true)} onPointerLeave={() => setHeld(false)}>
          <Table label="What flows now" columns={COLUMNS} rows={seen.items} rowKey={({ key }) => String(key)} />
        </div>
      )}
    </Panel>
  )
}

function take(old: Seen, items: OutputOf<typeof tapPipeline>['items'], skipped: number): Seen {
  const fresh = items.map((item, index) => ({ ...item, key: old.count + index }))
  return {
    items: [...fresh.toReversed(), ...old.items].slice(0, ROWS),
    count: old.count + items.length,
    skipped: old.skipped + skipped,
  }
}

const COLUMNS: readonly Column<TapItem>[] = [
  {
    id: 'time',
    title: 'Time',
    cell: ({ timeNanos }) => <time title={formatExactUtc(timeNanos)}>{formatTime(timeNanos)}</time>,
  },
  { id: 'signal', title: 'Signal', cell: ({ signal }) => signal },
  { id: 'service', title: 'Service', cell: ({ service }) => <ServiceName name={service} /> },
  {
    id: 'title',
    title: 'Span, record or metric',
    width: '44%',
    cell: ({ title, error }) => (
      <span title={title}>
        {error && <Badge tone="error">error</Badge>} {title}
      </span>
    ),
  },
  {
    id: 'duration',
    title: 'Duration',
    numeric: true,
    cell: ({ durationNanos }) => (durationNanos === null ? '' : formatDuration(durationNanos)),
  },
  {
    id: 'trace',
    title: 'Trace',
    cell: ({ traceId, spanId }) =>
      traceId === '' ? (
        ''
      ) : (
        <PageLink href={pageHref(`/traces/${traceId}`, spanId === '' ? {} : { span: spanId })}>
          {traceId.slice(0, 8)}…
        </PageLink>
      ),
  },
]
