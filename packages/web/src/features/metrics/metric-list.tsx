import { type ReactNode, useEffect, useMemo, useRef } from 'react'
import { useVirtualizer } from '@tanstack/react-virtual'
import { listMetrics } from '@clew/contract/metrics'
import type { InputOf, OutputOf } from '@clew/contract/endpoint'
import type { EndpointResult } from '../../api/use-endpoint.ts'
import { unitName } from '../../charts/format-value.ts'
import { formatItems } from '../../model/format-count.ts'
import { useCommands } from '../../shell/commands.ts'
import { FindInput } from '../../shell/find-input.tsx'
import { QueryInfo } from '../../shell/query-info.tsx'
import { useTimeRange } from '../../shell/time-range.ts'
import { useListCursor } from '../../shell/use-list-cursor.ts'
import { Button } from '../../ui/button.tsx'
import { classNames } from '../../ui/class-names.ts'
import { Panel } from '../../ui/panel.tsx'
import { EmptyState, ErrorState, LoadingState } from '../../ui/states.tsx'
import type { MetricsUrl } from './url.ts'
import styles from './metrics.module.css'

export type Metric = OutputOf<typeof listMetrics>['metrics'][number]

interface MetricListProps {
  readonly url: MetricsUrl
  readonly setUrl: (patch: Partial<MetricsUrl>, options?: { replace?: boolean }) => void
  readonly answer: EndpointResult<OutputOf<typeof listMetrics>>
  readonly input: InputOf<typeof listMetrics>
}

const ROW_PX = 46

/** What a click on another metric keeps: nothing that belongs to the old one. */
export const FRESH_METRIC = { aggregation: '', groupBy: '', filter: '', maxSeries: 20 } as const

/** All metrics of the range, searchable. */
export function MetricList({ url, setUrl, answer, input }: MetricListProps): ReactNode {
  const range = useTimeRange()
  const scroller = useRef<HTMLDivElement>(null)
  const find = useRef<HTMLInputElement>(null)
  const { data, error, loading, busy, refetch } = answer
  const metrics = useMemo(() => {
    const words = url.find.toLowerCase().split(/\s+/).filter(Boolean)
    return (data?.metrics ?? []).filter((metric) => {
      const text = `${metric.name} ${metric.description}`.toLowerCase()
      return words.every((word) => text.includes(word))
    })
  }, [data, url.find])
  const virtual = useVirtualizer({
    count: metrics.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    overscan: 8,
  })
  const open = (metric: Metric | undefined): void => {
    if (metric !== undefined && metric.name !== url.name) setUrl({ name: metric.name, ...FRESH_METRIC })
  }
  const cursor = useListCursor({
    noun: 'metric',
    count: metrics.length,
    onOpen: (index) => open(metrics[index]),
    onMove: (index) => virtual.scrollToIndex(index),
  })
  useCommands([
    {
      id: 'metrics.find',
      title: 'Find a metric',
      section: 'Metrics',
      hotkey: '/',
      run: () => find.current?.focus(),
    },
  ])
  const chosen = metrics.findIndex(({ name }) => name === url.name)
  useEffect(() => {
    if (chosen >= 0) virtual.scrollToIndex(chosen)
  }, [virtual, chosen])
  return (
    <Panel
      className={styles.list}
      busy={busy}
      title={data === undefined ? 'Metrics' : formatItems(metrics.length, 'metric')}
      actions={<QueryInfo endpoint={listMetrics} input={input} meta={data?.meta} />}
    >
      <div className={styles.find}>
        <FindInput
          inputRef={find}
          label="Find a metric by name or description"
          value={url.find}
          onChange={(text) => setUrl({ find: text }, { replace: true })}
        />
        {url.service !== '' && (
          <Button look="quiet" icon="close" onClick={() => setUrl({ service: '' })}>
            Only {url.service}
          </Button>
        )}
      </div>
      {loading ? (
        <LoadingState label="Loading metrics" />
      ) : error !== null && data === undefined ? (
        <ErrorState error={error} onRetry={refetch} />
      ) : metrics.length === 0 ? (
        <EmptyState title={url.find === '' ? 'No metric has points in this time' : 'No metric matches'}>
          {url.find === '' ? (
            <Button onClick={() => range.set('now-24h', 'now')}>Look at the last 24 hours</Button>
          ) : (
            <Button onClick={() => setUrl({ find: '' })}>Show all metrics</Button>
          )}
        </EmptyState>
      ) : (
        <div ref={scroller} className={styles.scroller}>
          <ul style={{ height: virtual.getTotalSize() }} className={styles.rows} aria-label="Metrics">
            {virtual.getVirtualItems().map((item) => {
              const metric = metrics[item.index]
              return (
                metric !== undefined && (
                  <li
                    key={`${metric.name} ${metric.type}`}
                    className={styles.slot}
                    aria-setsize={metrics.length}
                    aria-posinset={item.index + 1}
                    style={{ transform: `translateY(${item.start}px)`, height: item.size }}
                  >
                    <button
                      type="button"
                      className={classNames(styles.metric, item.index === cursor.index && styles.selected)}
                      aria-current={metric.name === url.name ? 'true' : undefined}
                      title={`${metric.name}\n${metric.description}\n${metric.services.join(', ')}`}
                      onClick={() => open(metric)}
                    >
                      <span className={styles.name}>{metric.name}</span>
                      <span className={styles.facts}>
                        {typeText(metric)}
                        {unitName(metric.unit) !== '' && `, ${unitName(metric.unit)}`}
                        {`, ${formatItems(metric.seriesCount, 'series', 'series')}`}
                        {`, ${servicesText(metric.services)}`}
                      </span>
                    </button>
                  </li>
                )
              )
            })}
          </ul>
        </div>
      )}
    </Panel>
  )
}

/** `counter`, `gauge`, `histogram`…: how people call it. */
export function typeText(metric: Pick<Metric, 'type' | 'monotonic'>): string {
  if (metric.type === 'sum') return metric.monotonic ? 'counter' : 'up-down counter'
  return metric.type === 'exponential_histogram' ? 'exponential histogram' : metric.type
}

function servicesText(services: readonly string[]): string {
  if (services.length === 0) return 'no service'
  return services.length === 1 ? (services[0] ?? '') : `${services.length} services`
}
