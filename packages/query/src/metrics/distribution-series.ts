import { ident } from '@clew/store/sql/ident'
import { sql, type Sql } from '@clew/store/sql/sql'
import type { Question } from '../run/question.ts'
import { inRange } from '../run/time-range.ts'
import { addGrowth, type BucketShape, type DistributionPoint } from './distribution-point.ts'
import { Distribution } from './distribution.ts'
import type { FoundMetric } from './find-metric.ts'
import { labelledSeries } from './group-labels.ts'
import type { GroupedSeries, GroupSeries } from './metric-series.ts'
import { quantileOf, type Aggregation } from './metric-types.ts'
import { LOOKBACK_NANOS, type AskedSeries } from './number-series.ts'

/** Points are merged in this process; more than this would cost too much memory. */
const MAX_POINTS = 200_000

interface PointRow {
  labels: string[]
  seriesId: string
  atNanos: string
  startNanos: string
  count: string
  /** JSON has no NaN and no infinities: they come as text. */
  sum: number | string | null
  min: number | string | null
  max: number | string | null
  shape: unknown[]
}

interface Group {
  readonly labels: readonly string[]
  readonly steps: (Distribution | undefined)[]
  /** Of summaries: the values sent for the asked quantile. */
  readonly quantiles: (number[] | undefined)[]
}

/** Histograms of both kinds and summaries. */
export async function distributionSeries(asked: AskedSeries, question: Question): Promise<GroupedSeries> {
  const { metric, steps, range } = asked
  const isCumulative = metric.temporality === 'cumulative' || metric.type === 'summary'
  const from = isCumulative && range.startNanos > LOOKBACK_NANOS ? range.startNanos - LOOKBACK_NANOS : range.startNanos
  const { rows } = await question.run<PointRow>(
    sql`SELECT labels, points.SeriesId AS seriesId, AtNanos AS atNanos, points.StartNanos AS startNanos, Count AS count,
  Sum AS sum, ${extremes(metric)}, ${shapeColumns(metric)} AS shape
FROM ${ident(metric.table)} AS points
INNER JOIN ${labelledSeries(metric, asked.groupBy)} AS series ON points.SeriesId = series.SeriesId
WHERE points.Name = ${metric.name} AND ${inRange(sql`AtNanos`, { startNanos: from, endNanos: range.endNanos })}
  AND bitAnd(Flags, 1) = 0
ORDER BY seriesId, atNanos
LIMIT ${MAX_POINTS + 1}`,
    { shown: true },
  )
  if (rows.length > MAX_POINTS) {
    question.incomplete('limit', `only ${MAX_POINTS} points are merged; narrow the filter or the time`)
    rows.length = MAX_POINTS
  }
  const groups = new Map<string, Group>()
  const wanted = quantileOf(asked.aggregation)
  let before: { seriesId: string; point: DistributionPoint } | undefined
  for (const row of rows) {
    const point = readPoint(row, metric)
    const previous = before?.seriesId === row.seriesId ? before.point : undefined
    before = { seriesId: row.seriesId, point }
    if (point.atNanos < range.startNanos) continue
    // The first point of a counter that began before the range: how much of it belongs here is not known.
    if (isCumulative && previous === undefined && point.startNanos < range.startNanos) continue
    const step = Number((point.atNanos - steps.startNanos) / steps.stepNanos)
    const group = groupOf(groups, row.labels, steps.count)
    const distribution = (group.steps[step] ??= new Distribution())
    addGrowth(distribution, point, previous, isCumulative)
    const sent = metric.type === 'summary' && wanted !== undefined ? summaryQuantile(row, wanted) : undefined
    if (sent !== undefined) (group.quantiles[step] ??= []).push(sent)
  }
  const seconds = Number(steps.stepNanos) / 1e9
  const series = [...groups.values()].map((group): GroupSeries & { size: number } => {
    const values = group.steps.map((distribution, step) =>
      stepValue(distribution, group.quantiles[step], asked.aggregation, seconds),
    )
    return { labels: group.labels, values, size: values.reduce<number>((sum, value) => sum + Math.abs(value ?? 0), 0) }
  })
  if (
    metric.type === 'summary' &&
    wanted !== undefined &&
    series.every((each) => each.values.every((v) => v === null))
  ) {
    question.incomplete('error', `the summary does not carry ${asked.aggregation}`)
  }
  series.sort((a, b) => b.size - a.size)
  return {
    series: series.slice(0, asked.maxSeries).map(({ labels, values }) => ({ labels, values })),
    omitted: Math.max(0, series.length - asked.maxSeries),
  }
}

function groupOf(groups: Map<string, Group>, labels: string[], steps: number): Group {
  const key = JSON.stringify(labels)
  let group = groups.get(key)
  if (group === undefined) {
    const empty = <T>(): (T | undefined)[] => Array.from({ length: steps }, () => undefined)
    group = { labels, steps: empty<Distribution>(), quantiles: empty<number[]>() }
    groups.set(key, group)
  }
  return group
}

function stepValue(
  distribution: Distribution | undefined,
  quantiles: readonly number[] | undefined,
  aggregation: Aggregation,
  seconds: number,
): number | null {
  if (distribution === undefined) return null
  switch (aggregation) {
    case 'count':
    case 'increase':
      return distribution.count
    case 'rate':
      return distribution.count / seconds
    case 'sum':
      return distribution.hasSum ? distribution.sum : null
    case 'avg':
    case 'last':
      return distribution.hasSum && distribution.count > 0 ? distribution.sum / distribution.count : null
    case 'min':
      return Number.isFinite(distribution.min) ? distribution.min : distribution.quantile(0)
    case 'max':
      return Number.isFinite(distribution.max) ? distribution.max : distribution.quantile(1)
    case 'p50':
    case 'p90':
    case 'p95':
    case 'p99':
      // Quantiles of several summaries cannot be merged: the largest is the honest bound.
      return quantiles === undefined ? distribution.quantile(quantileOf(aggregation) ?? 0.5) : Math.max(...quantiles)
  }
}

function extremes(metric: FoundMetric): Sql {
  return metric.type === 'summary' ? sql`NULL AS min, NULL AS max` : sql`Min AS min, Max AS max`
}

function shapeColumns(metric: FoundMetric): Sql {
  if (metric.type === 'histogram') return sql`tuple(Bounds, BucketCounts)`
  if (metric.type === 'summary') return sql`tuple(Quantiles, QuantileValues)`
  return sql`tuple(Scale, ZeroCount, ZeroThreshold, PositiveOffset, PositiveCounts, NegativeOffset, NegativeCounts)`
}

function readPoint(row: PointRow, metric: FoundMetric): DistributionPoint {
  return {
    atNanos: BigInt(row.atNanos),
    startNanos: BigInt(row.startNanos),
    count: Number(row.count),
    sum: row.sum === null ? null : Number(row.sum),
    min: row.min === null ? null : Number(row.min),
    max: row.max === null ? null : Number(row.max),
    shape: readShape(row.shape, metric),
  }
}

function readShape(shape: readonly unknown[], metric: FoundMetric): BucketShape {
  const numbers = (index: number): number[] => (shape[index] as (number | string)[]).map(Number)
  if (metric.type === 'histogram') return { kind: 'explicit', bounds: numbers(0), counts: numbers(1) }
  if (metric.type === 'summary') return { kind: 'none' }
  return {
    kind: 'exponential',
    scale: Number(shape[0]),
    zeroCount: Number(shape[1]),
    zeroThreshold: Number(shape[2]),
    positive: { offset: Number(shape[3]), counts: numbers(4) },
    negative: { offset: Number(shape[5]), counts: numbers(6) },
  }
}

function summaryQuantile(row: PointRow, wanted: number): number | undefined {
  const quantiles = (row.shape[0] as (number | string)[]).map(Number)
  const index = quantiles.indexOf(wanted)
  const value = Number((row.shape[1] as (number | string)[])[index])
  return index >= 0 && Number.isFinite(value) ? value : undefined
}
