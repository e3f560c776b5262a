import type { TimeRange } from '../run/time-range.ts'

const SECOND = 1_000_000_000n
/** Steps people find natural on a time axis, in seconds. */
const NICE_SECONDS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 21_600, 43_200, 86_400]

/** Equal steps on the clock's own marks, so that the same data gives the same steps when the range moves. */
export interface MetricSteps {
  readonly startNanos: bigint
  readonly stepNanos: bigint
  readonly count: number
}

/** About `wanted` steps over the range, none shorter than the time between two points of a series. */
export function metricSteps(range: TimeRange, wanted: number, intervalNanos: bigint): MetricSteps {
  const asked = (range.endNanos - range.startNanos) / BigInt(wanted)
  const least = asked > intervalNanos ? asked : intervalNanos
  const stepNanos = niceStep(least)
  const startNanos = range.startNanos - (range.startNanos % stepNanos)
  return { startNanos, stepNanos, count: Number((range.endNanos - startNanos + stepNanos - 1n) / stepNanos) }
}

function niceStep(nanos: bigint): bigint {
  const nice = NICE_SECONDS.map((seconds) => BigInt(seconds) * SECOND).find((step) => step >= nanos)
  if (nice !== undefined) return nice
  const day = 86_400n * SECOND
  return ((nanos + day - 1n) / day) * day
}
