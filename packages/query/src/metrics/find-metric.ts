import { ClewError } from '@clew/base/errors'
import { andSql, sql, type Sql } from '@clew/store/sql/sql'
import { compileSearch } from '../compile/search/compile-search.ts'
import type { Question } from '../run/question.ts'
import { metricTypeName, POINT_TABLES, TEMPORALITIES, type MetricType } from './metric-types.ts'

/** A metric and how its series are found. */
export interface FoundMetric {
  readonly name: string
  readonly type: MetricType
  readonly unit: string
  readonly temporality: (typeof TEMPORALITIES)[number]
  readonly monotonic: boolean
  /** Table of its points. */
  readonly table: NonNullable<(typeof POINT_TABLES)[number]>
  /** Expression over a row of `metric_series`: the series is asked for. */
  readonly where: Sql
}

interface VariantRow {
  type: number
  unit: string
  temporality: number
  monotonic: number
  series: string
}

/**
 * The metric of a name. Programs may send one name as different kinds of metric; they cannot be drawn together, so the
 * one with the most series is taken and the answer says so. Throws ClewError METRIC_NOT_FOUND, BAD_QUERY.
 */
export async function findMetric(name: string, filter: string, question: Question): Promise<FoundMetric> {
  const search = await compileSearch(filter, 'metrics', question.catalogue)
  const ofName = sql`Name = ${name}`
  const { rows } = await question.run<VariantRow>(sql`
    SELECT Type AS type, any(toString(Unit)) AS unit, Temporality AS temporality, Monotonic AS monotonic,
      uniqExact(SeriesId) AS series
    FROM metric_series WHERE ${ofName} GROUP BY type, temporality, monotonic ORDER BY series DESC, type`)
  const [most] = rows
  const table = POINT_TABLES[most?.type ?? 0]
  if (most === undefined || table === undefined) {
    throw new ClewError('METRIC_NOT_FOUND', `there is no metric '${name}' in the store`, {
      fix: 'look at the list of metrics',
    })
  }
  if (rows.length > 1) {
    question.incomplete(
      'limit',
      `'${name}' is sent in ${rows.length} kinds; only the ${metricTypeName(most.type)} is shown`,
    )
  }
  return {
    name,
    type: metricTypeName(most.type),
    unit: most.unit,
    temporality: TEMPORALITIES[most.temporality] ?? 'unspecified',
    monotonic: most.monotonic === 1,
    table,
    where: andSql([
      ofName,
      sql`Type = ${most.type}`,
      sql`Temporality = ${most.temporality}`,
      sql`Monotonic = ${most.monotonic}`,
      search.condition,
    ]),
  }
}
