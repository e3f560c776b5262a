import type { OutputOf, ParsedInputOf } from '@clew/contract/endpoint'
import type { traceHistogram } from '@clew/contract/traces'
import { sql, uint64Parameter } from '@clew/store/sql/sql'
import type { Question } from '../run/question.ts'
import { matchingSpans } from './matching-spans.ts'

interface CellRow {
  time: string
  bucket: number
  spans: string
  errors: string
  adjusted: number
}

/** Matching spans by time and duration. */
export async function answerTraceHistogram(
  input: ParsedInputOf<typeof traceHistogram>,
  question: Question,
): Promise<OutputOf<typeof traceHistogram>> {
  const matching = await matchingSpans(input, question)
  const { startNanos, endNanos } = matching.range
  const buckets = BigInt(input.timeBuckets)
  const step = (endNanos - startNanos + buckets - 1n) / buckets
  const steps = input.durationSteps
  const { rows, complete } = await question.run<CellRow>(
    sql`SELECT intDiv(StartNanos - ${uint64Parameter(startNanos)}, ${uint64Parameter(step)}) AS time,
  toInt32(floor(log10(greatest(DurationNanos, 1)) * ${steps} + 1e-9)) AS bucket,
  count() AS spans, countIf(StatusCode = 2) AS errors, sum(AdjustedCount) AS adjusted
FROM spans
WHERE ${matching.where}
GROUP BY time, bucket
ORDER BY time, bucket`,
    { shown: true, onLimit: 'break', colocated: true },
  )
  if (!complete) question.incomplete('scan-budget', 'the heatmap counts only the spans that were read in time')
  const lowest = rows.reduce((least, row) => Math.min(least, row.bucket), Infinity)
  const highest = rows.reduce((most, row) => Math.max(most, row.bucket), -Infinity)
  const durationBounds =
    rows.length === 0
      ? []
      : Array.from({ length: highest - lowest + 1 }, (_, i) => Math.round(10 ** ((lowest + i) / steps)))
  return {
    startNanos: startNanos.toString(),
    stepNanos: Number(step),
    timeBuckets: Number((endNanos - startNanos + step - 1n) / step),
    durationBounds,
    cells: rows.map((row) => ({
      time: Number(row.time),
      duration: row.bucket - lowest,
      count: Number(row.spans),
      errors: Number(row.errors),
      adjusted: row.adjusted,
    })),
    meta: question.meta(),
  }
}
