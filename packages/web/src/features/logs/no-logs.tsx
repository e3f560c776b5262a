import type { ReactNode } from 'react'
import { useQueries } from '@tanstack/react-query'
import { searchLogs } from '@clew/contract/logs'
import { endpointQuery } from '../../api/use-endpoint.ts'
import { formatItems } from '../../model/format-count.ts'
import { conditionsOf, withoutCondition } from '../../model/search-conditions.ts'
import { useTimeRange } from '../../shell/time-range.ts'
import { Button } from '../../ui/button.tsx'
import { EmptyState } from '../../ui/states.tsx'
import { logsInput } from './logs-input.ts'
import type { LogsUrl } from './url.ts'
import styles from './logs.module.css'

interface NoLogsProps {
  readonly url: LogsUrl
  readonly setUrl: (patch: Partial<LogsUrl>) => void
}

const MAX_CONDITIONS = 8

/** Nothing matches: which condition removes most, and one click to drop it. */
export function NoLogs({ url, setUrl }: NoLogsProps): ReactNode {
  const range = useTimeRange()
  const conditions = (conditionsOf(url.q) ?? []).filter((one) => one !== '').slice(0, MAX_CONDITIONS)
  const answers = useQueries({
    queries: conditions.map((_, index) =>
      endpointQuery(searchLogs, { ...logsInput({ ...url, q: withoutCondition(url.q, index) }, range), limit: 1 }),
    ),
  })
  const ranked = conditions
    .map((text, index) => ({ text, index, total: answers[index]?.data?.total }))
    .sort((a, b) => (b.total?.value ?? -1) - (a.total?.value ?? -1))
  return (
    <EmptyState title={url.q === '' ? 'No log records in this time range' : 'No log record matches'}>
      <div className={styles.reasons}>
        {ranked.map(({ text, index, total }) => (
          <div key={text} className={styles.reason}>
            <span>
              Without <code>{text}</code>:{' '}
              {total === undefined ? 'counting' : `${total.exact ? '' : 'about '}${formatItems(total.value, 'record')}`}
            </span>
            <Button
              look="quiet"
              disabled={total?.value === 0}
              onClick={() => setUrl({ q: withoutCondition(url.q, index) })}
            >
              Drop it
            </Button>
          </div>
        ))}
        {url.traceId === '' && <Button onClick={() => range.set('now-24h', 'now')}>Look at the last 24 hours</Button>}
      </div>
    </EmptyState>
  )
}
