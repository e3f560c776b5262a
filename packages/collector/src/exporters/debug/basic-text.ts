import type { Batch } from '@clew/otlp/batch'

const NAME = { traces: 'Traces', logs: 'Logs', metrics: 'Metrics' } as const

/** One line with counts: `Traces {"resource spans": 1, "spans": 2}`. */
export function basicText(batch: Batch): string {
  const counts: Record<string, number> =
    batch.signal === 'traces'
      ? { 'resource spans': batch.resourceCount, spans: batch.itemCount }
      : batch.signal === 'logs'
        ? { 'resource logs': batch.resourceCount, 'log records': batch.itemCount }
        : { 'resource metrics': batch.resourceCount, metrics: batch.itemCount, 'data points': batch.pointCount }
  const parts = Object.entries(counts).map(([name, count]) => `"${name}": ${count}`)
  return `${NAME[batch.signal]} {${parts.join(', ')}}`
}
