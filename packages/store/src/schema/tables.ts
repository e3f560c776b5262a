import type { Table } from './table.ts'
import { RESOURCES, SCOPES } from './tables/interned.ts'
import { ATTRIBUTE_USAGE, KEY_DECISIONS } from './tables/keys.ts'
import { LOGS } from './tables/logs.ts'
import {
  METRIC_EXP_HISTOGRAM,
  METRIC_GAUGE,
  METRIC_HISTOGRAM,
  METRIC_SERIES,
  METRIC_SUM,
  METRIC_SUMMARY,
} from './tables/metrics.ts'
import { ATTRIBUTE_KEYS, OPERATION_STATS, SERVICE_EDGES } from './tables/rollups.ts'
import { SPANS } from './tables/spans.ts'
import { TRACE_SUMMARIES } from './tables/trace-summaries.ts'

/** Every table of the store, in the order in which they are made. */
export const TABLES: readonly Table[] = [
  RESOURCES,
  SCOPES,
  SPANS,
  TRACE_SUMMARIES,
  OPERATION_STATS,
  SERVICE_EDGES,
  LOGS,
  METRIC_SERIES,
  METRIC_GAUGE,
  METRIC_SUM,
  METRIC_HISTOGRAM,
  METRIC_EXP_HISTOGRAM,
  METRIC_SUMMARY,
  ATTRIBUTE_KEYS,
  ATTRIBUTE_USAGE,
  KEY_DECISIONS,
]
