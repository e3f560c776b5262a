import { ident } from '@clew/store/sql/ident'
import { orSql, sql, type Sql } from '@clew/store/sql/sql'
import { inRange, type TimeRange } from '../run/time-range.ts'

/** Expression over a row of `metric_series`: the series has points in the range, in one of the tables. */
export function hasPoints(tables: readonly string[], range: TimeRange): Sql {
  return orSql(
    tables.map(
      (table) => sql`SeriesId IN (SELECT SeriesId FROM ${ident(table)} WHERE ${inRange(sql`AtNanos`, range)})`,
    ),
  )
}
