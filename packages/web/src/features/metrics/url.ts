import { z } from 'zod'
import { METRIC_AGGREGATIONS } from '@clew/contract/metrics'

/** State of the metrics page in its URL. */
export const metricsUrl = z.object({
  /** Metric shown; none yet when empty. */
  name: z.string().max(1000).catch(''),
  /** Empty: what suits the type. */
  aggregation: z.enum(METRIC_AGGREGATIONS).or(z.literal('')).catch(''),
  /** Comma-separated labels. */
  groupBy: z.string().max(2000).catch(''),
  filter: z.string().max(10_000).catch(''),
  /** Narrows the list of metrics: text that names must contain, and a service that must send them. */
  find: z.string().max(500).catch(''),
  service: z.string().max(1000).catch(''),
  maxSeries: z.coerce.number().int().min(1).max(500).catch(20),
})
export type MetricsUrl = z.output<typeof metricsUrl>
