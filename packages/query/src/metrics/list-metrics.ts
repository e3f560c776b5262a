import type { OutputOf, ParsedInputOf } from '@clew/contract/endpoint'
import type { listMetrics } from '@clew/contract/metrics'
import { andSql, sql } from '@clew/store/sql/sql'
import type { Question } from '../run/question.ts'
import { readRange } from '../run/time-range.ts'
import { hasPoints } from './has-points.ts'
import { metricTypeName, POINT_TABLES, TEMPORALITIES } from './metric-types.ts'

/** Services named beside a metric; the parameter of an aggregate function cannot be a query parameter. */
const SQL_MAX_SERVICES = sql`50`

interface MetricRow {
  name: string
  type: number
  unit: string
  description: string
  temporality: number
  monotonic: number
  series: string
  services: string[]
}

/** Metrics that have points in the range. */
export async function answerListMetrics(
  input: ParsedInputOf<typeof listMetrics>,
  question: Question,
): Promise<OutputOf<typeof listMetrics>> {
  const tables = POINT_TABLES.filter((table) => table !== undefined)
  const where = [hasPoints(tables, readRange(input, question.nowNanos))]
  if (input.prefix !== '') where.push(sql`positionCaseInsensitiveUTF8(Name, ${input.prefix}) > 0`)
  if (input.service !== undefined) where.push(sql`Service = ${input.service}`)
  const { rows } = await question.run<MetricRow>(
    sql`SELECT toString(Name) AS name, Type AS type, any(toString(Unit)) AS unit, any(toString(Description)) AS description,
  Temporality AS temporality, Monotonic AS monotonic, uniqExact(SeriesId) AS series,
  arraySort(groupUniqArray(${SQL_MAX_SERVICES})(toString(Service))) AS services
FROM metric_series
WHERE ${andSql(where)}
GROUP BY name, type, temporality, monotonic
ORDER BY name, series DESC
LIMIT ${input.limit + 1}`,
    { shown: true },
  )
  if (rows.length > input.limit) question.incomplete('limit', `there are more than ${input.limit} metrics`)
  const metrics = rows.slice(0, input.limit).map((row) => ({
    name: row.name,
    type: metricTypeName(row.type),
    unit: row.unit,
    description: row.description,
    temporality: TEMPORALITIES[row.temporality] ?? ('unspecified' as const),
    monotonic: row.monotonic === 1,
    seriesCount: Number(row.series),
    services: row.services,
  }))
  return { metrics, meta: question.meta() }
}
