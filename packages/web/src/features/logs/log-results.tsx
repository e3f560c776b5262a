import { type ReactNode, useCallback, useMemo, useRef } from 'react'
import { type LogRecord, searchLogs } from '@clew/contract/logs'
import { useEndpointPages } from '../../api/use-endpoint.ts'
import { formatCount } from '../../model/format-count.ts'
import { QueryInfo } from '../../shell/query-info.tsx'
import { useTimeRange } from '../../shell/time-range.ts'
import { Button } from '../../ui/button.tsx'
import { Panel } from '../../ui/panel.tsx'
import { Select } from '../../ui/select.tsx'
import { ErrorState, LoadingState } from '../../ui/states.tsx'
import { LogList } from './log-list.tsx'
import { logsInput } from './logs-input.ts'
import { NoLogs } from './no-logs.tsx'
import type { LogsUrl } from './url.ts'
import { useNewerLogs } from './use-newer-logs.ts'
import styles from './logs.module.css'

interface LogResultsProps {
  readonly url: LogsUrl
  readonly setUrl: (patch: Partial<LogsUrl>, options?: { replace?: boolean }) => void
  readonly onFilter: (condition: string) => void
}

const PAGE_SIZE = 200
const SORTS = [
  { value: 'newest', label: 'Newest first' },
  { value: 'oldest', label: 'Oldest first' },
] as const

/** The records that match, page by page in both directions. */
export function LogResults({ url, setUrl, onFilter }: LogResultsProps): ReactNode {
  const range = useTimeRange()
  const scroller = useRef<HTMLDivElement>(null)
  const input = { ...logsInput(url, range), sort: url.sort, limit: PAGE_SIZE }
  const pages = useEndpointPages(searchLogs, input)
  const found = useMemo(() => pages.data?.pages.flatMap((page) => page.logs) ?? [], [pages.data])
  const canGrow = url.sort === 'newest' && (range.end === 'now' || url.traceId !== '')
  const newer = useNewerLogs(found[0], input, canGrow)
  const logs = useMemo(() => unique([...newer.logs, ...found]), [newer.logs, found])
  const first = pages.data?.pages[0]
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = pages
  const onNearEnd = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage()
  }, [hasNextPage, isFetchingNextPage, fetchNextPage])
  return (
    <Panel
      className={styles.list}
      busy={pages.isPlaceholderData && pages.isFetching}
      title={first === undefined ? 'Records' : totalText(first.total)}
      actions={
        <>
          <QueryInfo endpoint={searchLogs} input={input} meta={first?.meta} />
          <Select label="Order" value={url.sort} options={SORTS} onChange={(sort) => setUrl({ sort })} />
        </>
      }
    >
      {pages.error !== null && first === undefined ? (
        <ErrorState error={pages.error} onRetry={() => void pages.refetch()} />
      ) : first === undefined ? (
        <LoadingState label="Loading logs" rows={10} />
      ) : logs.length === 0 ? (
        <NoLogs url={url} setUrl={setUrl} />
      ) : (
        <LogList
          label="Log records"
          logs={logs}
          openId={url.open}
          onOpen={(open) => setUrl({ open }, { replace: true })}
          onFilter={onFilter}
          scroller={scroller}
          onNearEnd={onNearEnd}
          before={
            canGrow && (
              <div className={styles.more}>
                <Button look="quiet" disabled={newer.loading} onClick={newer.load}>
                  {newer.loading ? 'Looking for newer records' : 'Load newer'}
                </Button>
                {newer.note}
              </div>
            )
          }
          after={
            <div className={styles.more}>
              {pages.isFetchNextPageError ? (
                <Button icon="refresh" onClick={() => void fetchNextPage()}>
                  Loading more failed. Try again
                </Button>
              ) : hasNextPage ? (
                <Button look="quiet" disabled={isFetchingNextPage} onClick={() => void fetchNextPage()}>
                  {isFetchingNextPage ? 'Loading more' : 'Load more'}
                </Button>
              ) : (
                'No more records in this range'
              )}
            </div>
          }
        />
      )}
    </Panel>
  )
}

function totalText(total: { readonly value: number; readonly exact: boolean }): string {
  return `${total.exact ? '' : 'About '}${formatCount(total.value)} ${total.value === 1 ? 'record' : 'records'}`
}

/** A record may come with two pages when records arrive in between; its first place counts. */
function unique(logs: readonly LogRecord[]): readonly LogRecord[] {
  const seen = new Set<string>()
  return logs.filter(({ id }) => !seen.has(id) && seen.add(id))
}
