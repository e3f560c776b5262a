import type { METRIC_AGGREGATIONS, METRIC_TYPES } from '@clew/contract/metrics'

export type Aggregation = (typeof METRIC_AGGREGATIONS)[number]
type MetricType = (typeof METRIC_TYPES)[number]

const LABELS: Readonly<Record<Aggregation, string>> = {
  avg: 'Average',
  sum: 'Sum',
  min: 'Lowest',
  max: 'Highest',
  count: 'Number of points',
  rate: 'Rate a second',
  increase: 'Increase a step',
  p50: 'p50',
  p90: 'p90',
  p95: 'p95',
  p99: 'p99',
  last: 'Latest',
}

const OF_GAUGE: readonly Aggregation[] = ['avg', 'min', 'max', 'sum', 'last', 'count']
const OF_COUNTER: readonly Aggregation[] = ['rate', 'increase']
const OF_HISTOGRAM: readonly Aggregation[] = ['p50', 'p90', 'p95', 'p99', 'avg', 'rate', 'increase', 'count', 'sum']

/** What can sensibly be asked of a metric, the usual first. */
export function aggregationsOf(type: MetricType, monotonic: boolean): readonly Aggregation[] {
  if (type === 'histogram' || type === 'exponential_histogram' || type === 'summary') return OF_HISTOGRAM
  return type === 'sum' && monotonic ? OF_COUNTER : OF_GAUGE
}

/** The name of an aggregation for people. */
export function aggregationLabel(aggregation: Aggregation): string {
  return LABELS[aggregation]
}

/** The unit of aggregated values: counts have none, rates are a second. Of histograms, rate and increase count observations. */
export function aggregatedUnit(unit: string, type: MetricType, aggregation: Aggregation): string {
  const counted = type !== 'gauge' && type !== 'sum'
  if (aggregation === 'count' || (aggregation === 'increase' && counted)) return ''
  if (aggregation === 'rate') return counted || unit === '1' ? '/s' : `${unit}/s`
  return unit
}
