import type { HonestCount } from '@clew/contract/common'
import { sql, uint64Parameter } from '@clew/store/sql/sql'
import type { Question } from '../run/question.ts'
import { inRange, minutesOf, type TimeRange } from '../run/time-range.ts'
import type { MatchingSpans } from './matching-spans.ts'

/** Counting is a courtesy: it must not make people wait for the page. */
const COUNT_BUDGET_MS = 1_000

/** How many traces match. Exact when they can be counted in a second, else scaled up from the part that was read. */
export async function countTraces(matching: MatchingSpans, question: Question): Promise<HonestCount> {
  if (matching.matchesAll) return await countAllTraces(matching.range, question)
  const { rows, complete, statistics } = await question.run<{ traces: string }>(
    sql`SELECT uniqExact(TraceId) AS traces FROM spans WHERE ${matching.where}`,
    { onLimit: 'break', maxExecutionMs: COUNT_BUDGET_MS, colocated: true },
  )
  const counted = Number(rows[0]?.traces ?? 0)
  if (complete) return { value: counted, exact: true }
  const minutes = minutesOf(matching.range)
  const { rows: totals } = await question.run<{ spans: string }>(sql`
    SELECT sum(Spans) AS spans FROM operation_stats WHERE Minute >= ${minutes.first} AND Minute < ${minutes.end}`)
  const spans = Number(totals[0]?.spans ?? 0)
  const scale = statistics.rowsRead > 0 ? Math.max(1, spans / statistics.rowsRead) : 1
  return { value: Math.round(counted * scale), exact: false }
}

/**
 * Traces with a span that starts in the range, from their summaries: those whose first or last start lies in it. One that
 * begins before and goes on after it may have no span inside; when there are such, the count is not exact.
 */
async function countAllTraces(range: TimeRange, question: Question): Promise<HonestCount> {
  const { rows, complete } = await question.run<{ inside: string; around: string }>(
    sql`SELECT countIf(${inRange(sql`first`, range)} OR ${inRange(sql`last`, range)}) AS inside,
      countIf(first < ${uint64Parameter(range.startNanos)} AND last >= ${uint64Parameter(range.endNanos)}) AS around
    FROM (SELECT min(MinStartNanos) AS first, max(MaxStartNanos) AS last FROM trace_summaries GROUP BY TraceId)`,
    { onLimit: 'break', maxExecutionMs: COUNT_BUDGET_MS },
  )
  const [row] = rows
  return { value: Number(row?.inside ?? 0), exact: complete && row?.around === '0' }
}
