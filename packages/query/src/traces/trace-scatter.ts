import type { OutputOf, ParsedInputOf } from '@clew/contract/endpoint'
import type { traceScatter } from '@clew/contract/traces'
import { sql } from '@clew/store/sql/sql'
import type { Question } from '../run/question.ts'
import { matchingSpans } from './matching-spans.ts'

interface PointRow {
  traceId: string
  first: [startNanos: string, spanId: string, service: string, name: string, duration: string, status: number]
}

/**
 * One point a trace: its first matching span. When there are too many, those with the smallest hash of the id are kept:
 * an even sample that stays the same when it is asked for again.
 */
export async function answerTraceScatter(
  input: ParsedInputOf<typeof traceScatter>,
  question: Question,
): Promise<OutputOf<typeof traceScatter>> {
  const matching = await matchingSpans(input, question)
  const { rows, complete } = await question.run<PointRow>(
    sql`SELECT lower(hex(TraceId)) AS traceId,
  min(tuple(StartNanos, lower(hex(SpanId)), toString(Service), toString(Name), DurationNanos, StatusCode)) AS first
FROM spans
WHERE ${matching.where}
GROUP BY TraceId
ORDER BY cityHash64(TraceId)
LIMIT ${input.limit + 1}`,
    { shown: true, onLimit: 'break', colocated: true },
  )
  if (!complete) question.incomplete('scan-budget', 'only the spans that were read in time are shown')
  if (rows.length > input.limit) question.incomplete('sampling', `a sample of ${input.limit} traces is shown`)
  const points = rows.slice(0, input.limit).map(({ traceId, first }) => ({
    traceId,
    spanId: first[1],
    startNanos: first[0],
    durationNanos: Number(first[4]),
    service: first[2],
    name: first[3],
    error: first[5] === 2,
  }))
  return { points, meta: question.meta() }
}
