import type { OutputOf, ParsedInputOf } from '@clew/contract/endpoint'
import type { searchTraceSpans } from '@clew/contract/traces'
import { sql } from '@clew/store/sql/sql'
import { compileSearch } from '../compile/search/compile-search.ts'
import type { Question } from '../run/question.ts'
import { locateTrace } from './locate-trace.ts'

const MAX_SPAN_IDS = 100_000

/** Ids of the spans of a trace that match, by start. */
export async function answerSearchTraceSpans(
  input: ParsedInputOf<typeof searchTraceSpans>,
  question: Question,
): Promise<OutputOf<typeof searchTraceSpans>> {
  const search = await compileSearch(input.q, 'traces', question.catalogue)
  const location = await locateTrace(input.traceId, question)
  const { rows } = await question.run<{ spanId: string }>(
    sql`SELECT lower(hex(SpanId)) AS spanId
FROM spans
WHERE ${location.where} AND ${search.condition}
ORDER BY StartNanos, SpanId
LIMIT ${MAX_SPAN_IDS + 1}`,
    { shown: true, colocated: true },
  )
  if (rows.length > MAX_SPAN_IDS)
    question.incomplete('limit', `only the first ${MAX_SPAN_IDS} matching spans are named`)
  return { spanIds: rows.slice(0, MAX_SPAN_IDS).map((row) => row.spanId), meta: question.meta() }
}
