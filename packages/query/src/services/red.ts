import type { Red, RedSeries } from '@clew/contract/services'
import { addBuckets, bucketQuantileNanos, type DurationBuckets } from './duration-histogram.ts'

/** Sums of rollup rows, weighted by adjusted counts. */
export interface RedSums {
  readonly calls: number
  readonly errors: number
  readonly buckets: DurationBuckets
}

/** Rate, errors and durations of many rows over a period. */
export function redOf(rows: Iterable<RedSums>, seconds: number): Red {
  const buckets = new Map<number, number>()
  let calls = 0
  let errors = 0
  for (const row of rows) {
    calls += row.calls
    errors += row.errors
    addBuckets(buckets, row.buckets)
  }
  return {
    calls,
    errors,
    callsPerSecond: seconds > 0 ? calls / seconds : 0,
    errorRatio: calls > 0 ? errors / calls : 0,
    p50Nanos: bucketQuantileNanos(buckets, 0.5),
    p95Nanos: bucketQuantileNanos(buckets, 0.95),
    p99Nanos: bucketQuantileNanos(buckets, 0.99),
  }
}

/** The same in steps; rows carry the number of their step. */
export function redSeriesOf(rows: readonly (RedSums & { readonly step: number })[], steps: RedSteps): RedSeries {
  const byStep = Array.from({ length: steps.count }, (): RedSums[] => [])
  for (const row of rows) byStep[row.step]?.push(row)
  const reds = byStep.map((step) => redOf(step, steps.minutes * 60))
  return {
    startNanos: (BigInt(steps.firstMinute) * 60_000_000_000n).toString(),
    stepNanos: steps.minutes * 60_000_000_000,
    calls: reds.map((red) => red.calls),
    errors: reds.map((red) => red.errors),
    p50Nanos: reds.map((red) => red.p50Nanos),
    p95Nanos: reds.map((red) => red.p95Nanos),
    p99Nanos: reds.map((red) => red.p99Nanos),
  }
}

/** Whole minutes, because the rollups are by minute. */
export interface RedSteps {
  readonly firstMinute: number
  /** Exclusive. */
  readonly endMinute: number
  readonly minutes: number
  readonly count: number
}

/** At most `wanted` equal steps of whole minutes over first <= minute < end. */
export function redSteps(range: { readonly first: number; readonly end: number }, wanted: number): RedSteps {
  const minutes = Math.max(1, Math.ceil((range.end - range.first) / wanted))
  return {
    firstMinute: range.first,
    endMinute: range.end,
    minutes,
    count: Math.max(1, Math.ceil((range.end - range.first) / minutes)),
  }
}
