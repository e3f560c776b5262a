import { type ReactNode, useMemo } from 'react'
import { metricSeries } from '@clew/contract/metrics'
import { useEndpoint } from '../../api/use-endpoint.ts'
import { axisUnit, unitName } from '../../charts/format-value.ts'
import { TimeChart } from '../../charts/time-chart.tsx'
import { formatItems } from '../../model/format-count.ts'
import { QueryInfo } from '../../shell/query-info.tsx'
import { SearchBar } from '../../shell/search-bar.tsx'
import { serviceColorIndex } from '../../shell/service-name.tsx'
import { useTimeRange } from '../../shell/time-range.ts'
import { Button } from '../../ui/button.tsx'
import { Panel } from '../../ui/panel.tsx'
import { Select, type SelectOption } from '../../ui/select.tsx'
import { EmptyState, ErrorState, LoadingState } from '../../ui/states.tsx'
import { aggregatedUnit, aggregationLabel, aggregationsOf } from './aggregations.ts'
import { GroupBy } from './group-by.tsx'
import { type Metric, typeText } from './metric-list.tsx'
import { seriesLines } from './series-lines.ts'
import { SeriesTable } from './series-table.tsx'
import type { MetricsUrl } from './url.ts'
import styles from './metrics.module.css'

interface MetricViewProps {
  readonly url: MetricsUrl
  readonly setUrl: (patch: Partial<MetricsUrl>) => void
  /** Undefined while the list loads, or when the metric has no points in the range. */
  readonly metric: Metric | undefined
}

const REFRESH_MS = 15_000
const MORE_SERIES = 100

/** One metric over time: filtered, aggregated, grouped. */
export function MetricView({ url, setUrl, metric }: MetricViewProps): ReactNode {
  const range = useTimeRange()
  const input = {
    name: url.name,
    start: range.start,
    end: range.end,
    groupBy: url.groupBy,
    filter: url.filter,
    maxSeries: url.maxSeries,
    ...(url.aggregation === '' ? {} : { aggregation: url.aggregation }),
  }
  const { data, error, loading, busy, refetch } = useEndpoint(metricSeries, input, {
    refetchMs: range.relative ? REFRESH_MS : undefined,
  })
  const unit = data === undefined ? '' : aggregatedUnit(data.unit, data.type, data.aggregation)
  const lines = useMemo(() => seriesLines(data?.series ?? [], url.name, serviceColorIndex), [data, url.name])
  const steps = useMemo(
    () => ({
      startNanos: data?.startNanos ?? '0',
      stepNanos: data?.stepNanos ?? 1,
      count: data?.series.reduce((most, { values }) => Math.max(most, values.length), 0) ?? 0,
    }),
    [data],
  )
  return (
    <div className={styles.view}>
      <header className={styles.head}>
        <h2 className={styles.title}>{url.name}</h2>
        {metric !== undefined && (
          <p className={styles.description}>
            {[metric.description.replace(/\.$/, ''), typeText(metric), unitName(metric.unit), temporalityText(metric)]
              .filter((text) => text !== '')
              .join(', ')}
          </p>
        )}
      </header>
      <div className={styles.filter}>
        <SearchBar
          signal="metrics"
          value={url.filter}
          placeholder="Filter: service=orders http.route=/cart"
          onSubmit={(filter) => setUrl({ filter })}
        />
      </div>
      <div className={styles.controls}>
        <Select
          label="Show"
          prefix
          value={url.aggregation}
          options={aggregationOptions(metric, data?.aggregation)}
          onChange={(aggregation) => setUrl({ aggregation })}
        />
        <GroupBy url={url} setUrl={setUrl} />
      </div>
      <Panel
        busy={busy}
        className={styles.chart}
        title={data === undefined ? 'Chart' : titleOf(aggregationLabel(data.aggregation), unit)}
        actions={<QueryInfo endpoint={metricSeries} input={input} meta={data?.meta} />}
      >
        <div className={styles.chartBody}>
          {loading ? (
            <LoadingState label={`Loading ${url.name}`} />
          ) : error !== null && (data === undefined || !busy) ? (
            <ErrorState error={error} onRetry={refetch} />
          ) : lines.length === 0 ? (
            <EmptyState title={url.filter === '' ? 'No points in this time' : 'No points match the filter'}>
              {url.filter === '' ? (
                <Button onClick={() => range.set('now-24h', 'now')}>Look at the last 24 hours</Button>
              ) : (
                <Button onClick={() => setUrl({ filter: '' })}>Drop the filter</Button>
              )}
            </EmptyState>
          ) : (
            <TimeChart
              label={`${url.name}, ${aggregationLabel(data?.aggregation ?? 'avg')}`}
              steps={steps}
              series={lines}
              unit={unit}
              height={300}
              onZoom={range.zoomTo}
            />
          )}
        </div>
      </Panel>
      {data !== undefined && data.seriesOmitted > 0 && (
        <p className={styles.omitted}>
          {formatItems(data.seriesOmitted, 'smaller series is', 'smaller series are')} not shown.
          {url.maxSeries < MORE_SERIES && (
            <Button look="quiet" onClick={() => setUrl({ maxSeries: MORE_SERIES })}>
              Show up to {MORE_SERIES}
            </Button>
          )}
        </p>
      )}
      {lines.length > 0 && <SeriesTable lines={lines} unit={unit} busy={busy} />}
    </div>
  )
}

/** `Average, request`: names of units are said once, here, and not at every tick of the axis. */
function titleOf(aggregation: string, unit: string): string {
  return axisUnit(unit) === unit || unitName(unit) === ''
    ? aggregation
    : `${aggregation}, ${unitName(unit.replace(/\/s$/, ''))}`
}

function temporalityText(metric: Metric): string {
  return metric.temporality === 'unspecified' ? '' : `${metric.temporality} temporality`
}

function aggregationOptions(
  metric: Metric | undefined,
  used: MetricsUrl['aggregation'] | undefined,
): SelectOption<MetricsUrl['aggregation']>[] {
  const offered = metric === undefined ? [] : aggregationsOf(metric.type, metric.monotonic)
  const usual = used === undefined || used === '' ? 'Usual' : `Usual (${aggregationLabel(used).toLowerCase()})`
  return [{ value: '', label: usual }, ...offered.map((one) => ({ value: one, label: aggregationLabel(one) }))]
}
