import { searchLogs } from '@clew/contract/logs'
import { getSpan, type SpanDetail } from '@clew/contract/traces'
import { useEndpoint } from '../../api/use-endpoint.ts'
import { formatDuration } from '../../model/format-duration.ts'
import { formatCount } from '../../model/format-count.ts'
import { formatDateTime, formatExactUtc } from '../../model/format-time.ts'
import { rowOfSpan } from '../../model/trace-model.ts'
import { QueryInfo } from '../../shell/query-info.tsx'
import { ServiceName } from '../../shell/service-name.tsx'
import { Badge } from '../../ui/badge.tsx'
import { Button, IconButton } from '../../ui/button.tsx'
import { CopyButton } from '../../ui/copy.tsx'
import { ErrorState, LoadingState } from '../../ui/states.tsx'
import { Tabs } from '../../ui/tabs.tsx'
import { SpanAttributes } from './span-attributes.tsx'
import { SpanEvents } from './span-events.tsx'
import { SpanLinks } from './span-links.tsx'
import { SpanLogs } from './span-logs.tsx'
import type { TraceScene } from './trace-scene.ts'
import type { TraceUrl } from './url.ts'
import styles from './span-panel.module.css'

/** Everything one span carries, beside the timeline. */
export function SpanPanel({
  scene,
  spanId,
  tab,
  onTab,
  onClose,
  onSelect,
  onFilter,
}: {
  scene: TraceScene
  spanId: string
  tab: TraceUrl['tab']
  onTab: (tab: TraceUrl['tab']) => void
  onClose: () => void
  onSelect: (row: number) => void
  onFilter: (condition: string) => void
}) {
  const { traceId } = scene.model
  const input = { traceId, spanId }
  const answer = useEndpoint(getSpan, input)
  const logs = useEndpoint(searchLogs, { traceId, spanId, sort: 'oldest', limit: 100 })
  const span = answer.data?.span
  return (
    <aside className={styles.panel} aria-label="Span" data-own-arrows aria-busy={answer.busy}>
      <div className={styles.bar}>
        {span === undefined ? <span /> : <ServiceName name={span.service} />}
        <span className={styles.tools}>
          <QueryInfo endpoint={getSpan} input={input} meta={answer.data?.meta} />
          <CopyButton text={() => location.href} label="Copy link to this span" />
          <IconButton icon="close" label="Close span" keys="Esc" onClick={onClose} />
        </span>
      </div>
      {span === undefined ? (
        answer.error === null ? (
          <LoadingState label="Loading the span" />
        ) : (
          <ErrorState error={answer.error} onRetry={answer.refetch} />
        )
      ) : (
        <div className={styles.content} data-busy={answer.busy}>
          <SpanHead span={span} scene={scene} onSelect={onSelect} />
          <Tabs
            label="Parts of the span"
            value={tab}
            onChange={onTab}
            tabs={[
              {
                value: 'attributes',
                label: 'Attributes',
                count: span.attributes.length,
                content: () => <SpanAttributes span={span} onFilter={onFilter} />,
              },
              {
                value: 'events',
                label: 'Events',
                count: span.events.length,
                content: () => <SpanEvents span={span} onFilter={onFilter} />,
              },
              {
                value: 'links',
                label: 'Links',
                count: span.links.length,
                content: () => <SpanLinks span={span} onFilter={onFilter} />,
              },
              {
                value: 'logs',
                label: 'Logs',
                count: logs.data?.total.value,
                content: () => <SpanLogs span={span} answer={logs} />,
              },
            ]}
          />
        </div>
      )}
    </aside>
  )
}

function SpanHead({ span, scene, onSelect }: { span: SpanDetail; scene: TraceScene; onSelect: (row: number) => void }) {
  const { model } = scene
  const row = rowOfSpan(model, span.spanId)
  const parent = row < 0 ? -1 : (model.parent[row] as number)
  const self = row < 0 ? undefined : scene.selfTimes[row]
  const onPath = row < 0 ? 0 : (scene.criticalPath?.perRow[row] ?? 0)
  return (
    <div className={styles.head}>
      <h2 className={styles.name}>{span.name}</h2>
      <div className={styles.badges}>
        <Badge>{span.kind}</Badge>
        {span.status === 'error' && <Badge tone="error">error</Badge>}
        {span.status === 'ok' && <Badge tone="ok">ok</Badge>}
        {span.adjustedCount > 1 && <Badge>stands for {formatCount(Math.round(span.adjustedCount))}</Badge>}
      </div>
      {span.statusMessage !== '' && <p className={styles.message}>{span.statusMessage}</p>}
      <dl className={styles.facts}>
        <dt>Duration</dt>
        <dd title={`${span.durationNanos.toLocaleString('en')} ns`}>{formatDuration(span.durationNanos)}</dd>
        {self !== undefined && (
          <>
            <dt>Self time</dt>
            <dd>{formatDuration(self)}</dd>
          </>
        )}
        {onPath > 0 && (
          <>
            <dt>Critical path</dt>
            <dd>{formatDuration(onPath)}</dd>
          </>
        )}
        <dt>Started</dt>
        <dd title={formatExactUtc(span.startNanos)}>{formatDateTime(span.startNanos)}</dd>
        <dt>Span id</dt>
        <dd className={styles.id}>
          <code>{span.spanId}</code>
          <CopyButton text={span.spanId} label="Copy span id" />
        </dd>
        {span.parentSpanId !== '' && (
          <>
            <dt>Parent</dt>
            <dd>
              {parent >= 0 ? (
                <Button look="quiet" className={styles.parent} onClick={() => onSelect(parent)}>
                  {model.names[model.name[parent] as number]}
                </Button>
              ) : (
                <>
                  <code>{span.parentSpanId}</code> is not in the store
                </>
              )}
            </dd>
          </>
        )}
      </dl>
    </div>
  )
}
