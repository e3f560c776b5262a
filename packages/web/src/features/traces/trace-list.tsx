import { useEffect, useMemo, useRef } from 'react'
import { useVirtualizer } from '@tanstack/react-virtual'
import type { TraceSummary } from '@clew/contract/traces'
import { announce } from '../../shell/announcer.tsx'
import { useGo } from '../../shell/go.ts'
import { usePreferences } from '../../shell/preferences.ts'
import { useListCursor } from '../../shell/use-list-cursor.ts'
import { pageHref } from '../../shell/url-state.ts'
import { formatDuration } from '../../model/format-duration.ts'
import { highQuantile } from '../../model/quantile.ts'
import { Button } from '../../ui/button.tsx'
import { classNames } from '../../ui/class-names.ts'
import { TraceRow } from './trace-row.tsx'
import styles from './trace-list.module.css'

const ROW_PX = { compact: 30, comfortable: 38 }
const COLUMNS = ['Started', 'Trace', 'Duration', 'Spans', 'Errors', 'Services']
/** Where each list (by address) was scrolled to, so that Back comes back to the same row. */
const scrollPositions = new Map<string, number>()
const MAX_POSITIONS = 50

/** The virtual result table; loads the next page when its end comes near. */
export function TraceList({
  traces,
  hasMore,
  loadingMore,
  onMore,
}: {
  traces: readonly TraceSummary[]
  hasMore: boolean
  loadingMore: boolean
  onMore: () => void
}) {
  const scroller = useRef<HTMLElement>(null)
  const go = useGo()
  const rowPx = ROW_PX[usePreferences((state) => state.density)]
  const address = location.search
  const virtual = useVirtualizer({
    count: traces.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowPx,
    overscan: 12,
    initialOffset: scrollPositions.get(address) ?? 0,
  })
  useEffect(() => virtual.measure(), [virtual, rowPx])
  const open = (index: number): void => {
    const trace = traces[index]
    if (trace !== undefined) go(traceHref(trace))
  }
  const cursor = useListCursor({
    noun: 'trace',
    count: traces.length,
    onOpen: open,
    onMove: (index) => {
      virtual.scrollToIndex(index)
      const trace = traces[index]
      if (trace !== undefined)
        announce(`${trace.rootService ?? ''} ${trace.rootName ?? ''}, ${formatDuration(trace.durationNanos)}`)
    },
  })
  const fullBar = useMemo(
    () =>
      highQuantile(
        traces.map((trace) => trace.durationNanos),
        0.95,
      ),
    [traces],
  )
  const items = virtual.getVirtualItems()
  const nearEnd = (items.at(-1)?.index ?? 0) >= traces.length - 15
  useEffect(() => {
    if (nearEnd && hasMore && !loadingMore) onMore()
  }, [nearEnd, hasMore, loadingMore, onMore])

  return (
    <section
      ref={scroller}
      className={styles.scroller}
      aria-label="Trace list"
      tabIndex={0}
      onScroll={(event) => {
        if (scrollPositions.size > MAX_POSITIONS) scrollPositions.clear()
        scrollPositions.set(address, event.currentTarget.scrollTop)
      }}
    >
      <div role="table" aria-label="Traces" aria-rowcount={hasMore ? -1 : traces.length + 1}>
        <div role="rowgroup" className={styles.head}>
          <div role="row" className={styles.row} aria-rowindex={1}>
            {COLUMNS.map((title, column) => (
              <span
                key={title}
                role="columnheader"
                className={classNames(column >= 3 && column <= 4 && styles.numeric)}
              >
                {title}
              </span>
            ))}
          </div>
        </div>
        <div role="rowgroup" style={{ height: virtual.getTotalSize(), position: 'relative' }}>
          {items.map((item) => {
            const trace = traces[item.index]
            return (
              trace !== undefined && (
                <TraceRow
                  key={trace.traceId}
                  trace={trace}
                  href={traceHref(trace)}
                  fullBarNanos={fullBar}
                  rowIndex={item.index + 2}
                  selected={item.index === cursor.index}
                  top={item.start}
                  height={item.size}
                />
              )
            )
          })}
        </div>
      </div>
      <div className={styles.foot}>
        {hasMore ? (
          <Button look="quiet" disabled={loadingMore} onClick={onMore}>
            {loadingMore ? 'Loading more' : 'Load more'}
          </Button>
        ) : (
          <p>No more traces in this range</p>
        )}
      </div>
    </section>
  )
}

/** A search hit opens with its first matching span selected. */
function traceHref(trace: TraceSummary): string {
  const [match] = trace.matches
  const worthShowing = match !== undefined && trace.matchCount < trace.spanCount
  return pageHref(`/traces/${trace.traceId}`, worthShowing ? { span: match.spanId } : {})
}
