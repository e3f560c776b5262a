import { ClewError } from '@clew/base/errors'
import { builtInField } from '@clew/lang/search/fields'
import { joinSql, sql, type Sql } from '@clew/store/sql/sql'
import { readKey } from '../attributes/value-source.ts'
import { storedValue, valueText } from '../values/stored-value.ts'
import type { FoundMetric } from './find-metric.ts'

const MAX_LABELS = 10

/** Labels to group by, as written. Throws ClewError BAD_INPUT when there are too many. */
export function readGroupBy(text: string): string[] {
  const labels = [...new Set(text.split(',').map((label) => label.trim()))].filter((label) => label !== '')
  if (labels.length <= MAX_LABELS) return labels
  throw new ClewError('BAD_INPUT', `groupBy: ${labels.length} labels, ${MAX_LABELS} are the most`)
}

/** A subquery that gives `SeriesId` and `labels` (stored values in the order of `groupBy`) of the metric's series. */
export function labelledSeries(metric: FoundMetric, groupBy: readonly string[]): Sql {
  const labels = groupBy.length === 0 ? sql`emptyArrayString()` : sql`[${joinSql(groupBy.map(labelValue), sql`, `)}]`
  return sql`(SELECT series.SeriesId AS SeriesId, ${labels} AS labels
    FROM (SELECT * FROM metric_series WHERE ${metric.where} LIMIT 1 BY SeriesId) AS series
    LEFT JOIN (SELECT ResourceId, Attributes FROM resources LIMIT 1 BY ResourceId) AS resource
      ON series.ResourceId = resource.ResourceId
    LEFT JOIN (SELECT ScopeId, Name, Attributes FROM scopes LIMIT 1 BY ScopeId) AS scope
      ON series.ScopeId = scope.ScopeId)`
}

function labelValue(written: string): Sql {
  const builtIn = builtInField(written, 'metrics')
  if (builtIn?.name === 'service') return sql`toString(series.Service)`
  if (builtIn?.name === 'scope.name') return sql`toString(scope.Name)`
  const { level, key } = readKey(written)
  const places = { point: sql`series.Attributes`, resource: sql`resource.Attributes`, scope: sql`scope.Attributes` }
  const looked = Object.entries(places).filter(([each]) => level === undefined || each === level)
  const choices = looked.map(([, map]) => sql`mapContains(${map}, ${key}), ${map}[${key}]`)
  return choices.length === 0 ? sql`''` : sql`multiIf(${joinSql(choices, sql`, `)}, '')`
}

/** Stored label values as the API gives them; labels that a series lacks are left out. */
export function labelRecord(groupBy: readonly string[], stored: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    groupBy.flatMap((label, i) => {
      const value = stored[i] ?? ''
      return value === '' ? [] : [[label, valueText(storedValue(value))]]
    }),
  )
}
