import { useQueries } from '@tanstack/react-query'
import { searchTraces } from '@clew/contract/traces'
import { endpointQuery } from '../../api/use-endpoint.ts'
import { formatItems } from '../../model/format-count.ts'
import { conditionsOf, withoutCondition } from '../../model/search-conditions.ts'
import { useTimeRange } from '../../shell/time-range.ts'
import { Button } from '../../ui/button.tsx'
import { EmptyState } from '../../ui/states.tsx'
import styles from './trace-list.module.css'

const MAX_CONDITIONS = 8
const WIDER = ['now-24h', 'now-7d']

/** Nothing matches: which condition is to blame, and one click to drop it; or a wider time range. */
export function NoResults({ q, onQuery }: { q: string; onQuery: (q: string) => void }) {
  const range = useTimeRange()
  const conditions = (conditionsOf(q) ?? []).slice(0, MAX_CONDITIONS)
  const without = conditions.map((_, index) => withoutCondition(q, index))
  const answers = useQueries({
    queries: without.map((query) =>
      endpointQuery(searchTraces, { start: range.start, end: range.end, q: query, limit: 1 }),
    ),
  })
  const wider = useQueries({
    queries: WIDER.map((start) => endpointQuery(searchTraces, { start, end: 'now', q, limit: 1 })),
  })
  const culprits = conditions
    .map((condition, index) => ({ condition, query: without[index] ?? '', total: answers[index]?.data?.total }))
    .sort((a, b) => (b.total?.value ?? -1) - (a.total?.value ?? -1))
  return (
    <EmptyState title={q === '' ? 'No trace in this time range' : 'No trace matches'}>
      <div className={styles.reasons}>
        {culprits.map(({ condition, query, total }) => (
          <div key={condition} className={styles.reason}>
            <span>
              Without <code>{condition}</code>:{' '}
              {total === undefined ? 'counting' : `${total.exact ? '' : 'about '}${formatItems(total.value, 'trace')}`}
            </span>
            <Button look="quiet" disabled={total?.value === 0} onClick={() => onQuery(query)}>
              Drop it
            </Button>
          </div>
        ))}
        {WIDER.map((start, index) => {
          const total = wider[index]?.data?.total
          return (
            total !== undefined &&
            total.value > 0 && (
              <div key={start} className={styles.reason}>
                <span>
                  In the last {start === 'now-24h' ? '24 hours' : '7 days'}: {total.exact ? '' : 'about '}
                  {formatItems(total.value, 'trace')}
                </span>
                <Button look="quiet" onClick={() => range.set(start, 'now')}>
                  Widen
                </Button>
              </div>
            )
          )
        })}
      </div>
    </EmptyState>
  )
}
