import { useCallback, useEffect, useRef, type Ref } from 'react'
import { useParams } from '@tanstack/react-router'
import { getTrace } from '@clew/contract/traces'
import type { TraceModel, TraceWindow } from '../../model/trace-model.ts'
import { rowOfSpan } from '../../model/trace-model.ts'
import { formatItems } from '../../model/format-count.ts'
import { formatDuration } from '../../model/format-duration.ts'
import { useCommands } from '../../shell/commands.ts'
import { useGo } from '../../shell/go.ts'
import { Page } from '../../shell/page.tsx'
import { PageLink } from '../../shell/page-link.tsx'
import { QueryInfo } from '../../shell/query-info.tsx'
import { rememberTrace } from '../../shell/recent-traces.ts'
import { ServiceName } from '../../shell/service-name.tsx'
import { pageHref, useUrlState } from '../../shell/url-state.ts'
import { ErrorState, LoadingState } from '../../ui/states.tsx'
import { ToggleGroup } from '../../ui/toggle-group.tsx'
import { traceCommands } from './commands.ts'
import { FindBar } from './find-bar.tsx'
import { Minimap, type MinimapHandle } from './minimap.tsx'
import { ServiceLegend } from './service-legend.tsx'
import { SpanPanel } from './span-panel.tsx'
import { SpanTable } from './span-table.tsx'
import { useTraceActions } from './trace-actions.ts'
import { TraceHeader } from './trace-header.tsx'
import { useTraceScene, type TraceScene } from './trace-scene.ts'
import { rangeAround } from '../../model/time-text.ts'
import { openTraceView, useTraceView } from './trace-view.ts'
import { TraceTools } from './trace-tools.tsx'
import { readZoom, traceUrl } from './url.ts'
import { useFound } from './use-found.ts'
import { useTrace } from './use-trace.ts'
import { useZoomInAddress } from './use-zoom-in-address.ts'
import { Waterfall } from './waterfall.tsx'
import styles from './trace-page.module.css'

const VIEWS = [
  { value: 'timeline', label: 'Timeline' },
  { value: 'table', label: 'Table' },
] as const

/** One trace: header, minimap, timeline (or its table twin), and the panel of the selected span. */
export function TracePage() {
  const { traceId = '' } = useParams({ strict: false }) as { traceId?: string }
  const trace = useTrace(traceId)
  if (trace.model === undefined || trace.head === undefined) {
    return (
      <Page title="Trace" time={false}>
        {trace.error === null ? (
          <LoadingState label="Loading the trace" rows={10} />
        ) : (
          <>
            <ErrorState error={trace.error} onRetry={trace.refetch} />
            <p className={styles.center}>
              <PageLink href="/traces">Search for traces</PageLink>
            </p>
          </>
        )}
      </Page>
    )
  }
  return <LoadedTrace key={trace.head.traceId} head={trace.head} model={trace.model} complete={trace.complete} />
}

function LoadedTrace({ head, model, complete }: { head: TraceWindow; model: TraceModel; complete: boolean }) {
  const [url, setUrl] = useUrlState(traceUrl)
  openTraceView(head.traceId, readZoom(url.zoom, model.durationNanos))
  const scene = useTraceScene(model, complete)
  const found = useFound(scene, url.find)
  const actions = useTraceActions(scene, found.rows)
  const go = useGo()
  const minimap = useRef<MinimapHandle>(null)
  const selected = rowOfSpan(model, url.span.toLowerCase())
  useZoomInAddress(model.durationNanos, url, setUrl)
  useRememberedTrace(head)

  const select = useCallback(
    (row: number) => {
      useTraceView.setState({ cursor: row })
      setUrl({ span: model.spanId[row] ?? '' }, { replace: url.span !== '' })
    },
    [model, setUrl, url.span],
  )
  const close = (): void => setUrl({ span: '' })
  useCommands(
    traceCommands(actions, {
      toggleView: () => setUrl({ view: url.view === 'timeline' ? 'table' : 'timeline' }, { replace: true }),
      openCursor: () => {
        const { cursor } = useTraceView.getState()
        if (cursor >= 0) select(cursor)
      },
      close,
    }),
  )
  const onShownRows = useCallback((first: number, end: number) => minimap.current?.showRows(first, end), [])
  const title = `${head.rootService ?? model.services[0] ?? 'unknown service'}: ${head.rootName ?? 'root span not here yet'}`
  return (
    <Page
      title={title}
      heading={
        <span className={styles.title}>
          <ServiceName name={head.rootService ?? model.services[0] ?? ''} />
          <span>{head.rootName ?? 'root span not here yet'}</span>
        </span>
      }
      time={false}
      fixed
      actions={
        <>
          <FindBar
            value={url.find}
            state={found.state}
            onChange={(find) => setUrl({ find }, { replace: true })}
            onNext={actions.nextMatch}
          />
          <TraceTools actions={actions} errors={scene.errorRows.length} />
          <ToggleGroup
            label="View"
            value={url.view}
            options={VIEWS}
            onChange={(view) => setUrl({ view }, { replace: true })}
          />
        </>
      }
    >
      <div className={styles.top}>
        <TraceHeader head={head} loaded={model.loaded} />
        <QueryInfo endpoint={getTrace} input={{ traceId: head.traceId }} meta={head.meta} />
      </div>
      <ServiceLegend scene={scene} actions={actions} />
      <div className={styles.body}>
        <div className={styles.views}>
          {url.view === 'timeline' ? (
            <>
              <Minimap scene={scene} handle={minimap as Ref<MinimapHandle>} />
              <Waterfall
                scene={scene}
                matches={found.set}
                selected={selected}
                summary={summaryOf(head, scene)}
                onSelect={select}
                onShownRows={onShownRows}
              />
            </>
          ) : (
            <SpanTable scene={scene} selected={selected} onSelect={select} />
          )}
        </div>
        {url.span !== '' && (
          <SpanPanel
            scene={scene}
            spanId={url.span}
            tab={url.tab}
            onTab={(tab) => setUrl({ tab }, { replace: true })}
            onClose={close}
            onSelect={(row) => {
              actions.goTo(row)
              select(row)
            }}
            onFilter={(q) => go(pageHref('/traces', { ...rangeAround(head.startNanos, Date.now()), q }))}
          />
        )}
      </div>
    </Page>
  )
}

function useRememberedTrace(head: TraceWindow): void {
  useEffect(() => {
    rememberTrace({
      traceId: head.traceId,
      title: `${head.rootService ?? ''} ${head.rootName ?? head.traceId}`.trim().slice(0, 200),
    })
  }, [head.traceId, head.rootService, head.rootName])
}

function summaryOf(head: TraceWindow, scene: TraceScene): string {
  return (
    `Timeline of ${formatItems(head.spanCount, 'span')} in ${formatItems(scene.services.length, 'service')}, ` +
    `${formatItems(head.errorCount, 'error')}, ${formatDuration(head.durationNanos)}. ` +
    'Arrow keys move, Enter opens a span, T shows the table.'
  )
}
