import { type ReactNode, useMemo } from 'react'
import { SEVERITIES, logHistogram } from '@clew/contract/logs'
import { useEndpoint } from '../../api/use-endpoint.ts'
import type { HistogramSeries } from '../../charts/histogram-layout.ts'
import { Histogram } from '../../charts/histogram.tsx'
import { condition } from '../../model/condition.ts'
import { formatCount } from '../../model/format-count.ts'
import { QueryInfo } from '../../shell/query-info.tsx'
import { useTimeRange } from '../../shell/time-range.ts'
import { Panel } from '../../ui/panel.tsx'
import { ErrorState, LoadingState } from '../../ui/states.tsx'
import { logsInput } from './logs-input.ts'
import { severityLook } from './severity.ts'
import type { LogsUrl } from './url.ts'
import styles from './logs.module.css'

const BUCKETS = 120

interface LogsHistogramProps {
  readonly url: LogsUrl
  readonly onFilter: (condition: string) => void
}

/** Matching records by time and severity: drag to zoom, click a severity to keep only it. */
export function LogsHistogram({ url, onFilter }: LogsHistogramProps): ReactNode {
  const range = useTimeRange()
  const input = { ...logsInput(url, range), timeBuckets: BUCKETS }
  const { data, error, loading, busy, refetch } = useEndpoint(logHistogram, input)
  const series = useMemo(() => (data === undefined ? [] : severitySeries(data.series)), [data])
  const steps = useMemo(
    () => ({
      startNanos: data?.startNanos ?? '0',
      stepNanos: data?.stepNanos ?? 1,
      count: data?.series.reduce((most, { counts }) => Math.max(most, counts.length), 0) ?? 0,
    }),
    [data],
  )
  return (
    <Panel
      busy={busy}
      title={
        <span className={styles.legend}>
          {series.toReversed().map((one) => (
            <button
              key={one.key}
              type="button"
              className={styles.legendEntry}
              title={`Show only ${one.label}`}
              onClick={() => onFilter(condition('severity', one.key))}
            >
              <i style={{ background: `var(${one.colorToken})` }} />
              {one.label} <b>{formatCount(one.counts.reduce((sum, count) => sum + count, 0))}</b>
            </button>
          ))}
          {data !== undefined && series.length === 0 && <span className={styles.dim}>No records</span>}
        </span>
      }
      actions={<QueryInfo endpoint={logHistogram} input={input} meta={data?.meta} />}
    >
      <div className={styles.histogram}>
        {loading ? (
          <LoadingState label="Loading the histogram" rows={2} />
        ) : error !== null && data === undefined ? (
          <ErrorState error={error} onRetry={refetch} />
        ) : (
          <Histogram label="Log records over time" steps={steps} series={series} onZoom={range.zoomTo} height={84} />
        )}
      </div>
    </Panel>
  )
}

/** The worst at the bottom, where its shape can be read. */
function severitySeries(
  found: readonly { readonly severity: (typeof SEVERITIES)[number]; readonly counts: readonly number[] }[],
): HistogramSeries[] {
  return SEVERITIES.toReversed().flatMap((severity) => {
    const counts = found.find((one) => one.severity === severity)?.counts
    if (counts === undefined) return []
    const { colorToken, label } = severityLook(severity)
    return [{ key: severity, label, colorToken, counts }]
  })
}
