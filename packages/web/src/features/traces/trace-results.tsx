import { useMemo } from 'react'
import { searchTraces, type TraceSummary, TRACE_SORTS } from '@clew/contract/traces'
import { useEndpointPages } from '../../api/use-endpoint.ts'
import { formatCount } from '../../model/format-count.ts'
import { QueryInfo } from '../../shell/query-info.tsx'
import { useTimeRange } from '../../shell/time-range.ts'
import { Panel } from '../../ui/panel.tsx'
import { Select } from '../../ui/select.tsx'
import { ErrorState, LoadingState } from '../../ui/states.tsx'
import { NoResults } from './no-results.tsx'
import { TraceList } from './trace-list.tsx'
import type { TracesUrl } from './url.ts'
import styles from './trace-list.module.css'

const PAGE_SIZE = 100
const SORT_LABELS: Record<TracesUrl['sort'], string> = {
  newest: 'Newest first',
  oldest: 'Oldest first',
  longest: 'Longest first',
  shortest: 'Shortest first',
}
const SORTS = TRACE_SORTS.map((sort) => ({ value: sort, label: SORT_LABELS[sort] }))

/** The traces that match, page by page. */
export function TraceResults({
  q,
  sort,
  onSort,
  onQuery,
}: {
  q: string
  sort: TracesUrl['sort']
  onSort: (sort: TracesUrl['sort']) => void
  onQuery: (q: string) => void
}) {
  const range = useTimeRange()
  const input = { start: range.start, end: range.end, q, sort, limit: PAGE_SIZE }
  const pages = useEndpointPages(searchTraces, input)
  const traces = useMemo(() => uniqueTraces(pages.data?.pages.flatMap((page) => page.traces) ?? []), [pages.data])
  const first = pages.data?.pages[0]
  return (
    <Panel
      className={styles.panel}
      busy={pages.isPlaceholderData && pages.isFetching}
      title={
        first === undefined
          ? 'Traces'
          : `${first.total.exact ? '' : 'About '}${formatCount(first.total.value)} ${first.total.value === 1 ? 'trace' : 'traces'}`
      }
      actions={
        <>
          <QueryInfo endpoint={searchTraces} input={input} meta={first?.meta} />
          <Select label="Order" value={sort} options={SORTS} onChange={onSort} />
        </>
      }
    >
      {pages.error !== null && first === undefined ? (
        <ErrorState error={pages.error} onRetry={() => void pages.refetch()} />
      ) : first === undefined ? (
        <LoadingState label="Loading traces" rows={8} />
      ) : traces.length === 0 ? (
        <NoResults q={q} onQuery={onQuery} />
      ) : (
        <TraceList
          traces={traces}
          hasMore={pages.hasNextPage}
          loadingMore={pages.isFetchingNextPage}
          onMore={() => void pages.fetchNextPage()}
        />
      )}
    </Panel>
  )
}

/** A trace that got new spans between two pages may come twice; the first place counts. */
function uniqueTraces(traces: readonly TraceSummary[]): readonly TraceSummary[] {
  const seen = new Set<string>()
  return traces.filter(({ traceId }) => !seen.has(traceId) && seen.add(traceId))
}
