/** The kinds of telemetry that have a stable OTLP request. */
export type Signal = 'traces' | 'logs' | 'metrics'

/** All signals, in a fixed order. */
export const SIGNALS: readonly Signal[] = ['traces', 'logs', 'metrics']
