import { ClewError } from '@clew/base/errors'
import type { HonestCount } from '@clew/contract/common'
import { sql, type Sql } from '@clew/store/sql/sql'
import type { Question } from '../run/question.ts'
import { minutesOf } from '../run/time-range.ts'
import type { MatchingSpans } from './matching-spans.ts'

/** Counting is a courtesy: it must not make people wait for the page. */
const COUNT_BUDGET_MS = 1_000
/** So many spans are looked at to count; when the indexes leave more, a sample of the minutes is counted. */
const COUNT_ROWS = 500_000
/** A sample of fewer minutes says little; then the first rows are counted instead. */
const MIN_SAMPLED_MINUTES = 5

/**
 * How many traces match. Exact when the indexes leave no more than half a million spans to look at, else scaled up from a
 * sample.
 */
export async function countTraces(matching: MatchingSpans, question: Question): Promise<HonestCount> {
  try {
    const { rows } = await question.run<{ traces: string }>(
      sql`SELECT uniqExact(TraceId) AS traces FROM spans WHERE ${matching.where}`,
      { maxRowsToRead: COUNT_ROWS, maxExecutionMs: COUNT_BUDGET_MS, colocated: true },
    )
    return { value: Number(rows[0]?.traces ?? 0), exact: true }
  } catch (error) {
    if (error instanceof ClewError && (error.code === 'QUERY_TOO_BIG' || error.code === 'QUERY_TIMEOUT')) {
      return await estimateTraces(matching, question)
    }
    throw error
  }
}

/**
 * An estimate from a sample of whole minutes, picked by a hash so that what happens every full hour is not picked by
 * design; where a few minutes hold everything, from the first rows.
 */
async function estimateTraces(matching: MatchingSpans, question: Question): Promise<HonestCount> {
  const { first, end } = minutesOf(matching.range)
  const inMinutes = sql`Minute >= ${first} AND Minute < ${end}`
  const all = await sampleOf(sql`${inMinutes}`, question)
  const everyNth = Math.ceil(all.spans / COUNT_ROWS)
  const picked = sql`${inMinutes} AND intHash32(Minute) % ${everyNth} = 0`
  const sample = await sampleOf(picked, question)
  const few = sample.minutes < MIN_SAMPLED_MINUTES
  const where = few
    ? matching.where
    : sql`${matching.where} AND intDiv(StartNanos, 60000000000) GLOBAL IN (SELECT toUInt64(Minute) FROM operation_stats WHERE ${picked})`
  const { rows, statistics } = await question.run<{ traces: string }>(
    sql`SELECT uniqExact(TraceId) AS traces FROM spans WHERE ${where}`,
    {
      onLimit: 'break',
      maxExecutionMs: COUNT_BUDGET_MS,
      maxRowsToRead: few ? COUNT_ROWS : 2 * COUNT_ROWS,
      colocated: true,
    },
  )
  const looked = few ? statistics.rowsRead : Math.min(sample.spans, statistics.rowsRead)
  const scale = looked > 0 ? Math.max(1, all.spans / looked) : 1
  return { value: Math.round(Number(rows[0]?.traces ?? 0) * scale), exact: false }
}

/** Stored spans and minutes with spans, from the statistics of minutes. */
async function sampleOf(minutes: Sql, question: Question): Promise<{ spans: number; minutes: number }> {
  const { rows } = await question.run<{ spans: string; minutes: string }>(
    sql`SELECT sum(Spans) AS spans, uniqExact(Minute) AS minutes FROM operation_stats WHERE ${minutes}`,
  )
  return { spans: Number(rows[0]?.spans ?? 0), minutes: Number(rows[0]?.minutes ?? 0) }
}
