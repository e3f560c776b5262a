import { useMemo } from 'react'
import { useNavigate } from '@tanstack/react-router'
import { traceHistogram, traceScatter } from '@clew/contract/traces'
import { useEndpoint } from '../../api/use-endpoint.ts'
import { durationLiteral } from '../../model/heatmap.ts'
import { formatCount } from '../../model/format-count.ts'
import { withDurationBounds } from '../../model/search-conditions.ts'
import type { NanoRange } from '../../model/time-text.ts'
import { announce } from '../../shell/announcer.tsx'
import { QueryInfo } from '../../shell/query-info.tsx'
import { useTimeRange } from '../../shell/time-range.ts'
import { EmptyState, ErrorState, LoadingState } from '../../ui/states.tsx'
import { Panel } from '../../ui/panel.tsx'
import { ToggleGroup } from '../../ui/toggle-group.tsx'
import { Heatmap } from './heatmap.tsx'
import { Scatter } from './scatter.tsx'
import type { TracesUrl } from './url.ts'
import styles from './duration-map.module.css'

const VIEWS = [
  { value: 'heatmap', label: 'Heatmap' },
  { value: 'scatter', label: 'Points' },
] as const

/** A box dragged out of the overview. A duration bound is missing where the box reaches the edge or is only a stripe. */
export interface DurationBox {
  readonly range: NanoRange
  readonly atLeastNanos: number | undefined
  readonly atMostNanos: number | undefined
}

/** The overview of the traces page. A dragged box becomes time range and duration conditions: one step for Back. */
export function DurationMap({
  q,
  view,
  onView,
}: {
  q: string
  view: TracesUrl['view']
  onView: (view: TracesUrl['view']) => void
}) {
  const range = useTimeRange()
  const navigate = useNavigate()
  const period = { start: range.start, end: range.end, q }
  const heatInput = { ...period, timeBuckets: 160, durationSteps: 5 }
  const scatterInput = { ...period, limit: 3000 }
  const heat = useEndpoint(traceHistogram, heatInput, { enabled: view === 'heatmap' })
  const scatter = useEndpoint(traceScatter, scatterInput, { enabled: view === 'scatter' })
  // As it was when the answer came: a relative range moves on.
  const scatterRange = useMemo(() => (scatter.data === undefined ? undefined : range.resolve()), [scatter.data, range])
  const answer = view === 'heatmap' ? heat : scatter

  const zoom = (box: DurationBox): void => {
    const next = withDurationBounds(
      q,
      box.atLeastNanos === undefined ? undefined : durationLiteral(box.atLeastNanos),
      box.atMostNanos === undefined ? undefined : durationLiteral(box.atMostNanos),
    )
    announce('Zoomed to the selection')
    void navigate({
      to: '.',
      search: ((previous: Record<string, unknown>) => ({
        ...previous,
        start: String(box.range.startNanos),
        end: String(box.range.endNanos),
        q: box.atLeastNanos === undefined && box.atMostNanos === undefined ? q : next,
      })) as never,
    })
  }
  const spans = heat.data?.cells.reduce((sum, cell) => sum + cell.count, 0)
  return (
    <Panel
      title={
        view === 'heatmap'
          ? `Spans by time and duration${spans === undefined ? '' : `: ${formatCount(spans)}`}`
          : 'Matching spans, one point each'
      }
      busy={answer.busy}
      actions={
        <>
          {view === 'heatmap' ? (
            <QueryInfo endpoint={traceHistogram} input={heatInput} meta={heat.data?.meta} />
          ) : (
            <QueryInfo endpoint={traceScatter} input={scatterInput} meta={scatter.data?.meta} />
          )}
          <ToggleGroup label="Overview" value={view} options={VIEWS} onChange={onView} />
        </>
      }
    >
      <div className={styles.chart}>
        {answer.error !== null && answer.data === undefined ? (
          <ErrorState error={answer.error} onRetry={answer.refetch} />
        ) : answer.loading ? (
          <LoadingState rows={4} label="Loading the overview" />
        ) : view === 'heatmap' && heat.data !== undefined ? (
          heat.data.cells.length === 0 ? (
            <EmptyState title="No span in this range" />
          ) : (
            <Heatmap data={heat.data} onZoom={zoom} onZoomOut={range.zoomOut} />
          )
        ) : view === 'scatter' && scatter.data !== undefined && scatterRange !== undefined ? (
          scatter.data.points.length === 0 ? (
            <EmptyState title="No span in this range" />
          ) : (
            <Scatter points={scatter.data.points} range={scatterRange} onZoom={zoom} onZoomOut={range.zoomOut} />
          )
        ) : null}
      </div>
    </Panel>
  )
}
