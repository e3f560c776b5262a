import { z } from 'zod'
import { defineEndpoint } from './endpoint.ts'
import { limitInput, queryMeta, rangeInput, unixNanos } from './common.ts'

export const METRIC_TYPES = ['gauge', 'sum', 'histogram', 'exponential_histogram', 'summary'] as const
export const metricType = z.enum(METRIC_TYPES)

export const listMetrics = defineEndpoint({
  id: 'listMetrics',
  group: 'metrics',
  method: 'GET',
  path: '/api/metrics',
  summary: 'Metrics that have points in the range',
  input: rangeInput.extend({
    prefix: z.string().max(500).default(''),
    service: z.string().max(1000).optional(),
    limit: limitInput(1000, 10_000),
  }),
  output: z.object({
    metrics: z.array(
      z.object({
        name: z.string(),
        type: metricType,
        unit: z.string(),
        description: z.string(),
        temporality: z.enum(['unspecified', 'delta', 'cumulative']),
        monotonic: z.boolean(),
        seriesCount: z.number(),
        services: z.array(z.string()),
      }),
    ),
    meta: queryMeta,
  }),
})

export const metricLabels = defineEndpoint({
  id: 'metricLabels',
  group: 'metrics',
  method: 'GET',
  path: '/api/metrics/labels',
  summary: 'Labels of a metric (point and resource attributes), each with frequent values',
  input: rangeInput.extend({ name: z.string().min(1).max(1000), limit: limitInput(50, 1000) }),
  output: z.object({
    labels: z.array(z.object({ key: z.string(), valueCount: z.number(), values: z.array(z.string()) })),
    meta: queryMeta,
  }),
})

export const METRIC_AGGREGATIONS = [
  'avg',
  'sum',
  'min',
  'max',
  'count',
  'rate',
  'increase',
  'p50',
  'p90',
  'p95',
  'p99',
  'last',
] as const

export const metricSeries = defineEndpoint({
  id: 'metricSeries',
  group: 'metrics',
  method: 'GET',
  path: '/api/metrics/series',
  summary: 'A metric over time, aggregated and grouped',
  description:
    '`filter` is the search language over labels (service=…, http.route=…). `groupBy` is a comma-separated list of labels.',
  input: rangeInput.extend({
    name: z.string().min(1).max(1000),
    aggregation: z
      .enum(METRIC_AGGREGATIONS)
      .optional()
      .describe('default: rate for counters, avg for gauges, p95 for histograms'),
    groupBy: z.string().max(2000).default(''),
    filter: z.string().max(10_000).default(''),
    steps: limitInput(120, 2000),
    maxSeries: limitInput(20, 500),
  }),
  output: z.object({
    name: z.string(),
    type: metricType,
    unit: z.string(),
    aggregation: z.enum(METRIC_AGGREGATIONS),
    startNanos: unixNanos,
    stepNanos: z.number(),
    /** Null where there is no point. Largest series first. */
    series: z.array(z.object({ labels: z.record(z.string(), z.string()), values: z.array(z.number().nullable()) })),
    /** Series left out by `maxSeries`. */
    seriesOmitted: z.number(),
    meta: queryMeta,
  }),
})
