import { type ReactNode, Suspense, lazy, useState } from 'react'
import { serviceGraph } from '@clew/contract/services'
import { useEndpoint } from '../../api/use-endpoint.ts'
import { formatAge } from '../../model/format-time.ts'
import { useCommands } from '../../shell/commands.ts'
import { useGo } from '../../shell/go.ts'
import { QueryInfo } from '../../shell/query-info.tsx'
import { useNow } from '../../shell/use-now.ts'
import { useTimeRange } from '../../shell/time-range.ts'
import { Panel } from '../../ui/panel.tsx'
import { EmptyState, ErrorState, LoadingState } from '../../ui/states.tsx'
import { ToggleGroup } from '../../ui/toggle-group.tsx'
import { GraphTable } from './graph-table.tsx'
import { serviceHref } from './service-list.tsx'
import styles from './services.module.css'

const GraphCanvas = lazy(() => import('./graph-canvas.tsx'))
const REFRESH_MS = 30_000

/** Who calls whom, as a picture and as a list of calls. */
export function ServiceGraph(): ReactNode {
  const range = useTimeRange()
  const go = useGo()
  const nowMs = useNow()
  const [form, setForm] = useState<'picture' | 'table'>('picture')
  const input = { start: range.start, end: range.end }
  const { data, error, loading, busy, refetch } = useEndpoint(serviceGraph, input, {
    refetchMs: range.relative ? REFRESH_MS : undefined,
  })
  useCommands([
    {
      id: 'graph.form',
      title: form === 'picture' ? 'Show the calls as a table' : 'Show the calls as a picture',
      section: 'Services',
      hotkey: 't',
      run: () => setForm(form === 'picture' ? 'table' : 'picture'),
    },
  ])
  if (error !== null && data === undefined) return <ErrorState error={error} onRetry={refetch} />
  return (
    <>
      <div className={styles.tools}>
        <ToggleGroup
          label="Form"
          value={form}
          options={[
            { value: 'picture', label: 'Picture' },
            { value: 'table', label: 'Table' },
          ]}
          onChange={setForm}
        />
        {data !== undefined && (
          <span className={styles.note}>
            {data.nodes.length} nodes, {data.edges.length} kinds of calls. Calls of the last{' '}
            {formatAge(data.settledNanos, nowMs)} may be missing.
          </span>
        )}
        <span className={styles.grow} />
        <QueryInfo endpoint={serviceGraph} input={input} meta={data?.meta} />
      </div>
      <Panel busy={busy} className={styles.grow}>
        {loading || data === undefined ? (
          <LoadingState label="Loading the service graph" />
        ) : data.nodes.length === 0 ? (
          <EmptyState title="No calls between services in this time">Choose a longer time range above.</EmptyState>
        ) : form === 'table' ? (
          <GraphTable nodes={data.nodes} edges={data.edges} search={range.search} />
        ) : (
          <Suspense fallback={<LoadingState label="Loading the picture" />}>
            <GraphCanvas nodes={data.nodes} edges={data.edges} onOpen={(name) => go(serviceHref(name, range.search))} />
          </Suspense>
        )}
      </Panel>
    </>
  )
}
