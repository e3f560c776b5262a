import { andSql, sql, type Sql, uint64Parameter } from '@clew/store/sql/sql'
import { compileConditions } from '../../compile/search/compile-search.ts'
import type { Question } from '../../run/question.ts'
import { inRange } from '../../run/time-range.ts'
import { findTraces, idList } from '../../traces/find-traces.ts'
import { fullTraceId } from '../../traces/locate-trace.ts'
import type { JaegerSearch } from './search-params.ts'

/** Jaeger's answers hold whole traces; more spans than this do not go into one answer. */
const MAX_SPANS = 200_000
/** Spans that are read and written at a time. */
const SPANS_PER_PAGE = 2_000

/** A trace to be written: what must be known before its first span is read. */
export interface TraceOutline {
  /** 32 hex digits. */
  readonly traceId: string
  readonly spanIds: ReadonlySet<string>
  /** Ranges of start times that hold about a page of spans each, in order; together they hold all of them. */
  readonly pages: readonly { readonly firstNanos: bigint; readonly lastNanos: bigint }[]
  readonly warnings: readonly string[]
}

/** Traces that match, newest first. What does not fit is left out, and a warning says so. */
export async function searchJaegerTraces(search: JaegerSearch, question: Question): Promise<TraceOutline[]> {
  const condition = await compileConditions(search.conditions, 'traces', question.catalogue)
  const where = andSql([inRange(sql`StartNanos`, search.range), condition])
  const places = await findTraces({ range: search.range, where }, 'newest', undefined, search.limit, question)
  return await outlineJaegerTraces(
    places.map((place) => place.traceId),
    question,
  )
}

/** Traces by id, in the given order; those that are not in the store are left out. */
export async function outlineJaegerTraces(hexIds: readonly string[], question: Question): Promise<TraceOutline[]> {
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
  const { rows: spans } = await question.run<{ traceId: string; spanId: string; start: string }>(sql`
    SELECT lower(hex(TraceId)) AS traceId, lower(hex(SpanId)) AS spanId, StartNanos AS start
    FROM spans WHERE TraceId IN ${idList(fitting)} ${bounds} ORDER BY start LIMIT ${MAX_SPANS}`)
  const byTrace = new Map<string, { spanId: string; start: string }[]>(fitting.map((traceId) => [traceId, []]))
  for (const span of spans) byTrace.get(span.traceId)?.push(span)
  return [...byTrace]
    .filter(([, its]) => its.length > 0)
    .map(([traceId, its], index) => {
      const warnings: string[] = []
      const all = Number(summaries.get(traceId)?.spans ?? its.length)
      if (its.length < all) warnings.push(`only ${its.length} of ${all} spans are in this answer`)
      const omitted = traceIds.length - fitting.length
      if (index === 0 && omitted > 0) warnings.push(`${omitted} more traces match but do not fit one answer`)
      return { traceId, spanIds: new Set(its.map((span) => span.spanId)), pages: pagesOf(its), warnings }
    })
}

/** Cuts spans, ordered by start, into ranges; spans that start together stay together. */
function pagesOf(spans: readonly { readonly start: string }[]): TraceOutline['pages'] {
  const pages: { firstNanos: bigint; lastNanos: bigint }[] = []
  let first = 0
  for (let at = 1; at <= spans.length; at++) {
    const previous = spans[at - 1]
    const next = spans[at]
    if (previous === undefined) break
    if (next !== undefined && (at - first < SPANS_PER_PAGE || next.start === previous.start)) continue
    pages.push({ firstNanos: BigInt(spans[first]?.start ?? 0), lastNanos: BigInt(previous.start) })
    first = at
  }
  return pages
}

function startBounds(rows: readonly { first: string; last: string }[]): Sql {
  const first = rows.map((row) => BigInt(row.first)).reduce((a, b) => (a < b ? a : b))
  const last = rows.map((row) => BigInt(row.last)).reduce((a, b) => (a > b ? a : b))
  return sql`AND StartNanos BETWEEN ${uint64Parameter(first)} AND ${uint64Parameter(last)}`
}
