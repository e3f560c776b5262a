import type { SpanDetail } from '@clew/contract/traces'
import { andSql, sql, uint64Parameter, type Sql } from '@clew/store/sql/sql'
import { compileConditions } from '../../compile/search/compile-search.ts'
import type { Question } from '../../run/question.ts'
import { inRange } from '../../run/time-range.ts'
import { findTraces, idList } from '../../traces/find-traces.ts'
import { fullTraceId } from '../../traces/locate-trace.ts'
import { readSpanDetails } from '../../traces/span-details.ts'
import { jaegerTrace, type JaegerTrace } from './trace-json.ts'
import type { JaegerSearch } from './search-params.ts'

/** Jaeger's answers hold whole traces; more spans than this do not go into one answer. */
const MAX_SPANS = 200_000

/** Traces that match, newest first. What does not fit is left out, and a warning says so. */
export async function searchJaegerTraces(search: JaegerSearch, question: Question): Promise<JaegerTrace[]> {
  const condition = await compileConditions(search.conditions, 'traces', question.catalogue)
  const where = andSql([inRange(sql`StartNanos`, search.range), condition])
  const places = await findTraces({ range: search.range, where }, 'newest', undefined, search.limit, question)
  return await readJaegerTraces(
    places.map((place) => place.traceId),
    question,
  )
}

/** Traces by id, in the given order; those that are not in the store are left out. */
export async function readJaegerTraces(hexIds: readonly string[], question: Question): Promise<JaegerTrace[]> {
  const traceIds = [...new Set(hexIds.map(fullTraceId))]
  if (traceIds.length === 0) return []
  const { rows } = await question.run<{ traceId: string; spans: string; first: string; last: string }>(sql`
    SELECT lower(hex(TraceId)) AS traceId, sum(SpanCount) AS spans, min(MinStartNanos) AS first,
      max(MaxEndNanos) AS last
    FROM trace_summaries WHERE TraceId IN ${idList(traceIds)} GROUP BY TraceId`)
  const summaries = new Map(rows.map((row) => [row.traceId, row]))
  const fitting: string[] = []
  let spanCount = 0
  for (const traceId of traceIds) {
    const spans = Number(summaries.get(traceId)?.spans ?? 0)
    if (fitting.length > 0 && spanCount + spans > MAX_SPANS) break
    spanCount += spans
    fitting.push(traceId)
  }
  const known = fitting.flatMap((traceId) => summaries.get(traceId) ?? [])
  const bounds = known.length === fitting.length ? startBounds(known) : sql``
  const details = await readSpanDetails(sql`TraceId IN ${idList(fitting)} ${bounds}`, MAX_SPANS, question)
  const byTrace = new Map<string, SpanDetail[]>(fitting.map((traceId) => [traceId, []]))
  for (const span of details) byTrace.get(span.traceId)?.push(span)
  return [...byTrace]
    .filter(([, spans]) => spans.length > 0)
    .map(([traceId, spans], index) => {
      const warnings: string[] = []
      const all = Number(summaries.get(traceId)?.spans ?? spans.length)
      if (spans.length < all) warnings.push(`only ${spans.length} of ${all} spans are in this answer`)
      const omitted = traceIds.length - fitting.length
      if (index === 0 && omitted > 0) warnings.push(`${omitted} more traces match but do not fit one answer`)
      return jaegerTrace(traceId, spans, warnings)
    })
}

function startBounds(rows: readonly { first: string; last: string }[]): Sql {
  const first = rows.map((row) => BigInt(row.first)).reduce((a, b) => (a < b ? a : b))
  const last = rows.map((row) => BigInt(row.last)).reduce((a, b) => (a > b ? a : b))
  return sql`AND StartNanos BETWEEN ${uint64Parameter(first)} AND ${uint64Parameter(last)}`
}
