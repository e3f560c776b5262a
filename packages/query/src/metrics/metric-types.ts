import type { METRIC_AGGREGATIONS, METRIC_TYPES } from '@clew/contract/metrics'

export type MetricType = (typeof METRIC_TYPES)[number]
export type Aggregation = (typeof METRIC_AGGREGATIONS)[number]

/** Tables of points by `metric_series.Type`. */
export const POINT_TABLES = [
  undefined,
  'metric_gauge',
  'metric_sum',
  'metric_histogram',
  'metric_exp_histogram',
  'metric_summary',
] as const

const TYPE_NAMES: readonly (MetricType | undefined)[] = [
  undefined,
  'gauge',
  'sum',
  'histogram',
  'exponential_histogram',
  'summary',
]

/** Name of `metric_series.Type`. */
export function metricTypeName(type: number): MetricType {
  return TYPE_NAMES[type] ?? 'gauge'
}

export const TEMPORALITIES = ['unspecified', 'delta', 'cumulative'] as const

/** Quantile of `p50` and so on; undefined for the others. */
export function quantileOf(aggregation: Aggregation): number | undefined {
  return aggregation.startsWith('p') ? Number(aggregation.slice(1)) / 100 : undefined
}
