import type { ReactNode } from 'react'
import { metricLabels } from '@clew/contract/metrics'
import { useEndpoint } from '../../api/use-endpoint.ts'
import { useTimeRange } from '../../shell/time-range.ts'
import { Button } from '../../ui/button.tsx'
import { Menu } from '../../ui/menu.tsx'
import type { MetricsUrl } from './url.ts'
import styles from './metrics.module.css'

interface GroupByProps {
  readonly url: MetricsUrl
  readonly setUrl: (patch: Partial<MetricsUrl>) => void
}

/** The labels that a metric is split by: chosen ones as chips, the others in a menu. */
export function GroupBy({ url, setUrl }: GroupByProps): ReactNode {
  const range = useTimeRange()
  const { data, error, refetch } = useEndpoint(metricLabels, {
    name: url.name,
    start: range.start,
    end: range.end,
  })
  const chosen = url.groupBy.split(',').filter((label) => label !== '')
  const change = (labels: readonly string[]): void => setUrl({ groupBy: labels.join(',') })
  // A label with a comma could not be told apart in the list that the API takes.
  const free = (data?.labels ?? []).filter(({ key }) => !chosen.includes(key) && !key.includes(','))
  return (
    <div className={styles.groupBy}>
      <span className={styles.dim}>Group by</span>
      {chosen.map((label) => (
        <Button
          key={label}
          icon="close"
          aria-label={`Do not group by ${label}`}
          onClick={() => change(chosen.filter((other) => other !== label))}
        >
          {label}
        </Button>
      ))}
      {error !== null && data === undefined ? (
        <Button icon="refresh" look="quiet" onClick={refetch}>
          Labels could not be loaded. Try again
        </Button>
      ) : (
        <Menu
          trigger={
            <Button icon="plus" look="quiet" disabled={free.length === 0}>
              {free.length === 0 && data !== undefined ? 'No more labels' : 'Label'}
            </Button>
          }
          items={free.map(({ key, valueCount }) => ({
            label: `${key} (${valueCount})`,
            run: () => change([...chosen, key]),
          }))}
        />
      )}
    </div>
  )
}
