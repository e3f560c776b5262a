import { type ReactNode, useState } from 'react'
import { listMetrics } from '@clew/contract/metrics'
import { useEndpoint } from '../../api/use-endpoint.ts'
import { FirstData, useHasData } from '../../shell/first-data.tsx'
import { Page } from '../../shell/page.tsx'
import { useTimeRange } from '../../shell/time-range.ts'
import { useUrlState } from '../../shell/url-state.ts'
import { Panel } from '../../ui/panel.tsx'
import { EmptyState } from '../../ui/states.tsx'
import { MetricList } from './metric-list.tsx'
import { MetricView } from './metric-view.tsx'
import { metricsUrl } from './url.ts'
import styles from './metrics.module.css'

/** Pick a metric at the left, group and draw it at the right. */
export function MetricsPage(): ReactNode {
  const [url, setUrl] = useUrlState(metricsUrl)
  const range = useTimeRange()
  const hasData = useHasData()
  const [guide, setGuide] = useState<'unknown' | 'shown' | 'left'>('unknown')
  if (hasData === false && guide === 'unknown') setGuide('shown')
  const input = {
    start: range.start,
    end: range.end,
    ...(url.service === '' ? {} : { service: url.service }),
  }
  const answer = useEndpoint(listMetrics, input)
  if (guide === 'shown') {
    return (
      <Page title="Metrics" time={false}>
        <FirstData onContinue={() => setGuide('left')} />
      </Page>
    )
  }
  const chosen = answer.data?.metrics.find(({ name }) => name === url.name)
  return (
    <Page title="Metrics" fixed>
      <div className={styles.page}>
        <MetricList url={url} setUrl={setUrl} answer={answer} input={input} />
        {url.name === '' ? (
          <Panel className={styles.view}>
            <EmptyState title="Choose a metric">
              Press / to search, j and k to move through the list, Enter to open.
            </EmptyState>
          </Panel>
        ) : (
          <MetricView key={url.name} url={url} setUrl={setUrl} metric={chosen} />
        )}
      </div>
    </Page>
  )
}
