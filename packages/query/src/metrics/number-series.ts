import { ident } from '@clew/store/sql/ident'
import { sql, uint64Parameter, type Sql } from '@clew/store/sql/sql'
import type { Question } from '../run/question.ts'
import { inRange, type TimeRange } from '../run/time-range.ts'
import type { FoundMetric } from './find-metric.ts'
import { labelledSeries } from './group-labels.ts'
import type { GroupedSeries } from './metric-series.ts'
import type { MetricSteps } from './metric-steps.ts'
import type { Aggregation } from './metric-types.ts'

export interface AskedSeries {
  readonly metric: FoundMetric
  readonly aggregation: Aggregation
  readonly groupBy: readonly string[]
  readonly range: TimeRange
  readonly steps: MetricSteps
  readonly maxSeries: number
}

/** A counter's point before the range is looked for this far back: it says what the first point in the range adds. */
export const LOOKBACK_NANOS = 900_000_000_000n

interface GroupRow {
  labels: string[]
  points: [step: string, value: number | string | null][]
  groups: string
}

/** Gauges and sums: everything is computed in the engine. */
export async function numberSeries(asked: AskedSeries, question: Question): Promise<GroupedSeries> {
  const { steps, maxSeries } = asked
  const { rows } = await question.run<GroupRow>(
    sql`SELECT labels, groupArray(tuple(step, value)) AS points, count() OVER () AS groups
FROM (SELECT labels, step, ${acrossSeries(asked)} AS value
  FROM (${perSeries(asked)}) AS stepped
  INNER JOIN ${labelledSeries(asked.metric, asked.groupBy)} AS series ON stepped.SeriesId = series.SeriesId
  GROUP BY labels, step)
GROUP BY labels
ORDER BY sum(ifNotFinite(abs(value), 0)) DESC, labels
LIMIT ${maxSeries}`,
    { shown: true },
  )
  const omitted = Math.max(0, Number(rows[0]?.groups ?? 0) - rows.length)
  const series = rows.map(({ labels, points }) => {
    const values: (number | null)[] = Array.from({ length: steps.count }, () => null)
    for (const [step, value] of points) {
      const number = value === null ? Number.NaN : Number(value)
      if (Number.isFinite(number)) values[Number(step)] = number
    }
    return { labels, values }
  })
  return { series, omitted }
}

/** Rows of (SeriesId, step, n, total, low, high, latest, latestAt, growth, sample) per series and step. */
function perSeries(asked: AskedSeries): Sql {
  const { metric, range, steps } = asked
  const isCounter = asked.aggregation === 'rate' || asked.aggregation === 'increase'
  const isCumulative = isCounter && metric.temporality === 'cumulative'
  const from = isCumulative ? lookedBack(range.startNanos) : range.startNanos
  const points = sql`SELECT SeriesId, AtNanos, StartNanos, Value FROM ${ident(metric.table)}
    WHERE Name = ${metric.name} AND ${inRange(sql`AtNanos`, { startNanos: from, endNanos: range.endNanos })}
      AND bitAnd(Flags, 1) = 0 AND ValueType != 0
      AND SeriesId IN (SELECT SeriesId FROM metric_series WHERE ${metric.where})`
  const grown = isCumulative
    ? sql`(${growth(points, range.startNanos)})`
    : sql`(SELECT *, Value AS growth FROM (${points}))`
  return sql`SELECT SeriesId,
      intDiv(AtNanos - ${uint64Parameter(steps.startNanos)}, ${uint64Parameter(steps.stepNanos)}) AS step,
      count() AS n, sum(Value) AS total, min(Value) AS low, max(Value) AS high,
      argMax(Value, AtNanos) AS latest, max(AtNanos) AS latestAt, sum(growth) AS growth,
      groupArraySample(1000, 1)(Value) AS sample
    FROM ${grown} WHERE AtNanos >= ${uint64Parameter(range.startNanos)}
    GROUP BY SeriesId, step`
}

function lookedBack(startNanos: bigint): bigint {
  return startNanos > LOOKBACK_NANOS ? startNanos - LOOKBACK_NANOS : 0n
}

/**
 * What each point of a cumulative counter adds to the one before. A counter that restarted (its start moved, or its
 * value fell) begins at zero. The first point known adds its value only when its counter started inside the range.
 */
function growth(points: Sql, rangeStart: bigint): Sql {
  const window = sql`(PARTITION BY SeriesId ORDER BY AtNanos ROWS BETWEEN 1 PRECEDING AND 1 PRECEDING)`
  return sql`SELECT *, multiIf(
      before = 0, if(StartNanos >= ${uint64Parameter(rangeStart)}, Value, 0),
      Value < valueBefore OR (StartNanos != startBefore AND StartNanos >= before), Value,
      Value - valueBefore) AS growth
    FROM (SELECT SeriesId, AtNanos, StartNanos, Value, any(AtNanos) OVER ${window} AS before,
      any(Value) OVER ${window} AS valueBefore, any(StartNanos) OVER ${window} AS startBefore FROM (${points}))`
}

/** One value for all series of a group in a step. */
function acrossSeries(asked: AskedSeries): Sql {
  switch (asked.aggregation) {
    case 'avg':
      return sql`sum(total) / sum(n)`
    case 'sum':
      // Points of one series follow each other in time: they must not be added up, unless each is a change.
      return asked.metric.temporality === 'delta' ? sql`sum(total)` : sql`sum(latest)`
    case 'min':
      return sql`min(low)`
    case 'max':
      return sql`max(high)`
    case 'count':
      return sql`sum(n)`
    case 'last':
      return sql`argMax(latest, latestAt)`
    case 'increase':
      return sql`sum(growth)`
    case 'rate':
      return sql`sum(growth) / ${Number(asked.steps.stepNanos) / 1e9}`
    case 'p50':
      return sql`quantileArray(0.5)(sample)`
    case 'p90':
      return sql`quantileArray(0.9)(sample)`
    case 'p95':
      return sql`quantileArray(0.95)(sample)`
    case 'p99':
      return sql`quantileArray(0.99)(sample)`
  }
}
