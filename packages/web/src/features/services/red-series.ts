import type { RedSeries } from '@clew/contract/services'
import type { ChartSeries } from '../../charts/chart-series.ts'
import type { TimeSteps } from '../../charts/time-steps.ts'

/** The steps of a series answer. */
export function redSteps(series: RedSeries): TimeSteps {
  return { startNanos: series.startNanos, stepNanos: series.stepNanos, count: series.calls.length }
}

/** Calls a second, a step. */
export function rates(series: RedSeries): number[] {
  const seconds = series.stepNanos / 1e9
  return series.calls.map((calls) => (seconds > 0 ? calls / seconds : 0))
}

/** Share of calls that failed, a step; null where nothing was called. */
export function errorRatios(series: RedSeries): (number | null)[] {
  return series.calls.map((calls, step) => (calls > 0 ? (series.errors[step] ?? 0) / calls : null))
}

/** Lines of the rate chart. */
export function rateLines(series: RedSeries): ChartSeries[] {
  return [{ key: 'rate', label: 'Calls', colorToken: '--accent', values: rates(series), fill: true }]
}

/** Lines of the error chart, in per cent. */
export function errorLines(series: RedSeries): ChartSeries[] {
  const values = errorRatios(series).map((ratio) => (ratio === null ? null : ratio * 100))
  return [{ key: 'errors', label: 'Failed', colorToken: '--error-mark', values, fill: true }]
}

/** Lines of the duration chart, in nanoseconds; told apart by dashes as well as by colour. */
export function durationLines(series: RedSeries): ChartSeries[] {
  return [
    { key: 'p99', label: 'p99', colorToken: '--service-16', values: series.p99Nanos, dash: [2, 3] },
    { key: 'p95', label: 'p95', colorToken: '--service-12', values: series.p95Nanos, dash: [6, 3] },
    { key: 'p50', label: 'p50', colorToken: '--service-7', values: series.p50Nanos },
  ]
}
