import { SIGNALS, type Signal } from '@clew/otlp/signal'

/** One number for each signal, in the unit of limits: spans, log records, data points. */
export interface SignalCounts {
  traces: number
  logs: number
  metrics: number
}

export function zeroCounts(): SignalCounts {
  return { traces: 0, logs: 0, metrics: 0 }
}

/** Adds `more` to `sum`. */
export function addCounts(sum: SignalCounts, more: Readonly<SignalCounts>): void {
  for (const signal of SIGNALS) sum[signal] += more[signal]
}

/** What upstream calls the unit of a signal in metric names. */
export const UNIT_NAME: Readonly<Record<Signal, string>> = {
  traces: 'spans',
  logs: 'log_records',
  metrics: 'metric_points',
}
