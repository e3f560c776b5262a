import { fixedsParameter, setOf, sql, uint64Parameter, uint64sParameter, type Sql } from '@clew/store/sql/sql'
import type { Question } from '../run/question.ts'
import type { MatchingSpans } from './matching-spans.ts'
import { direction, isAfter, isRising, type TracePlace, type TraceSort } from './trace-order.ts'

const MAX_ROUNDS = 20
/** So far the first matches are looked for in the order of the table; what is rarer is better looked for by all threads. */
const ORDERED_ROWS = 1_000_000

interface PlaceRow {
  traceId: string
  key: string
}

/** Up to `count` traces that have a matching span and come after `from`, in order. */
export async function findTraces(
  matching: MatchingSpans,
  sort: TraceSort,
  from: TracePlace | undefined,
  count: number,
  question: Question,
): Promise<TracePlace[]> {
  return sort === 'newest' || sort === 'oldest'
    ? await findByTime(matching, sort, from, count, question)
    : await findByDuration(matching, sort, from, count, question)
}

/**
 * By the start of a trace's first (oldest) or last (newest) matching span. Reads spans in the order of the table and
 * stops when there are enough, instead of grouping all that match; a trace that has a matching span before the place to
 * start from was given out on an earlier page and is left out.
 */
async function findByTime(
  matching: MatchingSpans,
  sort: TraceSort,
  from: TracePlace | undefined,
  count: number,
  question: Question,
): Promise<TracePlace[]> {
  const found: TracePlace[] = []
  const seen: string[] = []
  let after = from
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const wanted = count - found.length
    const candidates = await nextTraces(matching, sort, after, seen, wanted, question)
    const shown = from === undefined ? new Set<string>() : await shownBefore(matching, sort, from, candidates, question)
    found.push(...candidates.filter((candidate) => !shown.has(candidate.traceId)))
    if (candidates.length < wanted || found.length >= count) return found
    seen.push(...candidates.map((candidate) => candidate.traceId))
    after = candidates.at(-1)
  }
  question.incomplete('scan-budget', 'many matching spans belong to traces of earlier pages; go on with nextCursor')
  return found
}

async function nextTraces(
  matching: MatchingSpans,
  sort: TraceSort,
  after: TracePlace | undefined,
  seen: readonly string[],
  count: number,
  question: Question,
): Promise<TracePlace[]> {
  const way = direction(sort)
  const later = after === undefined ? sql`` : sql`AND ${isAfter(sort, sql`StartNanos`, after)}`
  const unseen = seen.length === 0 ? sql`` : sql`AND TraceId NOT IN ${idList(seen)}`
  const where = sql`${matching.where} ${later} ${unseen}`
  const bound = await inMinutes(where, sort, count, question)
  if (bound === 'nothing') return []
  const { rows } = await question.run<PlaceRow>(
    sql`SELECT lower(hex(TraceId)) AS traceId, StartNanos AS key
FROM spans
WHERE ${where} ${bound}
ORDER BY intDiv(StartNanos, ${literalMinute}) ${way}, StartNanos ${way}, TraceId ${way}
LIMIT 1 BY TraceId
LIMIT ${count}`,
    { shown: after === undefined || seen.length === 0, colocated: true },
  )
  return rows.map(readPlace)
}

/**
 * The minutes in which the first `count` traces have the span that they are placed by, as a condition. Ordered by minute alone,
 * which is how the table is sorted, the engine reads one part after the other and stops; for the exact order it would begin with
 * all parts. Whatever comes before the last of these minutes in the order is in one of them, so the exact order needs no other.
 */
async function inMinutes(where: Sql, sort: TraceSort, count: number, question: Question): Promise<Sql | 'nothing'> {
  const { rows, complete } = await question.run<{ minute: string }>(
    sql`SELECT intDiv(StartNanos, ${literalMinute}) AS minute FROM spans WHERE ${where}
ORDER BY intDiv(StartNanos, ${literalMinute}) ${direction(sort)}
LIMIT 1 BY TraceId
LIMIT ${count}`,
    { maxRowsToRead: ORDERED_ROWS, onLimit: 'break', colocated: true },
  )
  if (!complete) return sql``
  if (rows.length === 0) return 'nothing'
  const minutes = [...new Set(rows.map((row) => row.minute))].map(BigInt)
  return sql`AND intDiv(StartNanos, ${literalMinute}) IN ${uint64sParameter(minutes)}`
}

/** The sort key's own text, so that the engine sees that it can read in order. */
const literalMinute = sql`60000000000`

/**
 * Which candidates have a matching span before the place to start from. Few traces reach that far: their summaries tell
 * which ones need a look at their spans.
 */
async function shownBefore(
  matching: MatchingSpans,
  sort: TraceSort,
  from: TracePlace,
  candidates: readonly TracePlace[],
  question: Question,
): Promise<Set<string>> {
  const reaching = await reachingBack(sort, from, candidates, question)
  if (reaching.length === 0) return new Set()
  const at = uint64Parameter(from.key)
  const bound = isRising(sort) ? sql`StartNanos <= ${at}` : sql`StartNanos >= ${at}`
  const { rows } = await question.run<{ traceId: string }>(
    sql`
    SELECT DISTINCT lower(hex(TraceId)) AS traceId FROM spans
    WHERE TraceId IN ${idList(reaching)} AND ${bound} AND ${matching.where}
      AND NOT (${isAfter(sort, sql`StartNanos`, from)})`,
    { colocated: true },
  )
  return new Set(rows.map((row) => row.traceId))
}

/** Candidates with any span at or before the place; those too new to have a summary count as such. */
async function reachingBack(
  sort: TraceSort,
  from: TracePlace,
  candidates: readonly TracePlace[],
  question: Question,
): Promise<string[]> {
  if (candidates.length === 0) return []
  const extreme = isRising(sort) ? sql`min(MinStartNanos)` : sql`max(MaxEndNanos)`
  const { rows } = await question.run<{ traceId: string; extreme: string }>(sql`
    SELECT lower(hex(TraceId)) AS traceId, ${extreme} AS extreme FROM trace_summaries
    WHERE TraceId IN ${idList(candidates.map((candidate) => candidate.traceId))} GROUP BY TraceId`)
  const extremes = new Map(rows.map((row) => [row.traceId, BigInt(row.extreme)]))
  return candidates.flatMap(({ traceId }) => {
    const reach = extremes.get(traceId)
    const isFar = reach !== undefined && (isRising(sort) ? reach > from.key : reach < from.key)
    return isFar ? [] : [traceId]
  })
}

/** By the duration of the whole trace. */
async function findByDuration(
  matching: MatchingSpans,
  sort: TraceSort,
  from: TracePlace | undefined,
  count: number,
  question: Question,
): Promise<TracePlace[]> {
  const way = direction(sort)
  const having = from === undefined ? sql`` : sql`HAVING ${isAfter(sort, sql`key`, from)}`
  const { rows } = await question.run<PlaceRow>(
    sql`SELECT lower(hex(TraceId)) AS traceId, toInt64(max(MaxEndNanos) - min(MinStartNanos)) AS key
FROM trace_summaries
WHERE TraceId IN (SELECT TraceId FROM spans WHERE ${matching.where})
GROUP BY TraceId ${having}
ORDER BY key ${way}, TraceId ${way}
LIMIT ${count}`,
    { shown: true, colocated: true },
  )
  return rows.map(readPlace)
}

function readPlace(row: PlaceRow): TracePlace {
  return { key: BigInt(row.key), traceId: row.traceId }
}

/** Trace ids in hex, for `IN`. */
export function idList(hexIds: readonly string[]): Sql {
  return setOf(
    fixedsParameter(
      hexIds.map((id) => Buffer.from(id, 'hex')),
      16,
    ),
  )
}
