import { ClewError } from '@clew/base/errors'
import type { OutputOf, ParsedInputOf } from '@clew/contract/endpoint'
import type { metricSeries } from '@clew/contract/metrics'
import { ident } from '@clew/store/sql/ident'
import { sql } from '@clew/store/sql/sql'
import type { Question } from '../run/question.ts'
import { inRange, readRange, type TimeRange } from '../run/time-range.ts'
import { distributionSeries } from './distribution-series.ts'
import { findMetric, type FoundMetric } from './find-metric.ts'
import { labelRecord, readGroupBy } from './group-labels.ts'
import { metricSteps } from './metric-steps.ts'
import type { Aggregation } from './metric-types.ts'
import { numberSeries } from './number-series.ts'

/** One group of series over time; labels as stored. */
export interface GroupSeries {
  readonly labels: readonly string[]
  readonly values: (number | null)[]
}
export interface GroupedSeries {
  /** Largest first. */
  readonly series: readonly GroupSeries[]
  readonly omitted: number
}

/** A metric over time. */
export async function answerMetricSeries(
  input: ParsedInputOf<typeof metricSeries>,
  question: Question,
): Promise<OutputOf<typeof metricSeries>> {
  const range = readRange(input, question.nowNanos)
  const groupBy = readGroupBy(input.groupBy)
  const metric = await findMetric(input.name, input.filter, question)
  const aggregation = input.aggregation ?? defaultAggregation(metric)
  checkAggregation(metric, aggregation)
  const steps = metricSteps(range, input.steps, await pointInterval(metric, range, question))
  // The first step is read whole, else it would look smaller than it was.
  const whole = { startNanos: steps.startNanos, endNanos: range.endNanos }
  const asked = { metric, aggregation, groupBy, range: whole, steps, maxSeries: input.maxSeries }
  const isNumber = metric.type === 'gauge' || metric.type === 'sum'
  const { series, omitted } = await (isNumber ? numberSeries : distributionSeries)(asked, question)
  return {
    name: metric.name,
    type: metric.type,
    unit: metric.unit,
    aggregation,
    startNanos: steps.startNanos.toString(),
    stepNanos: Number(steps.stepNanos),
    series: series.map(({ labels, values }) => ({ labels: labelRecord(groupBy, labels), values })),
    seriesOmitted: omitted,
    meta: question.meta(),
  }
}

function defaultAggregation(metric: FoundMetric): Aggregation {
  switch (metric.type) {
    case 'gauge':
      return 'avg'
    case 'sum':
      return metric.monotonic ? 'rate' : 'sum'
    case 'histogram':
    case 'exponential_histogram':
      return 'p95'
    case 'summary':
      return 'avg'
  }
}

function checkAggregation(metric: FoundMetric, aggregation: Aggregation): void {
  const isRate = aggregation === 'rate' || aggregation === 'increase'
  const isCounter = metric.type !== 'gauge' && (metric.type !== 'sum' || metric.monotonic)
  if (isRate && !isCounter) {
    throw new ClewError('NOT_AGGREGATABLE', `'${metric.name}' goes up and down: ${aggregation} has no meaning for it`, {
      fix: 'use avg, sum, min, max or last',
    })
  }
}

/** The usual time between two points of a series. */
async function pointInterval(metric: FoundMetric, range: TimeRange, question: Question): Promise<bigint> {
  const { rows } = await question.run<{ interval: string | null }>(sql`
    SELECT quantileExactArray(0.5)(gaps) AS interval FROM (
      SELECT arrayPopFront(arrayDifference(groupArraySorted(100)(AtNanos))) AS gaps FROM ${ident(metric.table)}
      WHERE Name = ${metric.name} AND ${inRange(sql`AtNanos`, range)}
      GROUP BY SeriesId HAVING count() > 1 LIMIT 1000)`)
  const interval = Number(rows[0]?.interval ?? 0)
  // A little less than it is: points jitter, and 59.98 s must not become the step after a minute.
  return Number.isFinite(interval) ? BigInt(Math.floor(interval * 0.95)) : 0n
}
