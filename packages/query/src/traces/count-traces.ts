import { ClewError } from '@clew/base/errors'
import type { HonestCount } from '@clew/contract/common'
import { sql, type Sql } from '@clew/store/sql/sql'
import type { Question } from '../run/question.ts'
import { minutesOf } from '../run/time-range.ts'
import type { MatchingSpans } from './matching-spans.ts'

/** Counting is a courtesy: it must not make people wait for the page. */
const COUNT_BUDGET_MS = 1_000
/** So many spans are looked at for an exact count; when the indexes leave more, a sample of the minutes is counted. */
const EXACT_ROWS = 500_000
/** A sample is about so large (a value that one span in a thousand has is estimated to about a tenth) … */
const SAMPLE_ROWS = 200_000
/** … but of so many minutes at least, unless that would be … */
const MIN_SAMPLED_MINUTES = 8
/** … more spans than this; then the first rows are counted instead. */
const MAX_SAMPLE_ROWS = 1_000_000
/** Groups of minutes of which every 2nd, 4th, 8th … is taken. */
const MINUTE_GROUPS = 4096

/**
 * How many traces match. Exact when the indexes leave no more than half a million spans to look at, else scaled up from a
 * sample.
 */
export async function countTraces(matching: MatchingSpans, question: Question): Promise<HonestCount> {
  try {
    const { rows } = await question.run<{ traces: string }>(
      sql`SELECT uniqExact(TraceId) AS traces FROM spans WHERE ${matching.where}`,
      { maxRowsToRead: EXACT_ROWS, maxExecutionMs: COUNT_BUDGET_MS, colocated: true },
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
  const groups = await minuteGroups(inMinutes, question)
  const all = every(1, groups)
  const everyNth = sampleStep(groups)
  const sample = every(everyNth, groups)
  const few = sample.spans > MAX_SAMPLE_ROWS || sample.minutes < MIN_SAMPLED_MINUTES
  const where = few
    ? matching.where
    : sql`${matching.where} AND intDiv(StartNanos, 60000000000) GLOBAL IN (SELECT toUInt64(Minute) FROM operation_stats WHERE ${inMinutes} AND intHash32(Minute) % ${everyNth} = 0)`
  const { rows, statistics } = await question.run<{ traces: string }>(
    sql`SELECT uniqExact(TraceId) AS traces FROM spans WHERE ${where}`,
    {
      onLimit: 'break',
      maxExecutionMs: COUNT_BUDGET_MS,
      maxRowsToRead: few ? EXACT_ROWS : 2 * MAX_SAMPLE_ROWS,
      colocated: true,
    },
  )
  const looked = few ? statistics.rowsRead : Math.min(sample.spans, statistics.rowsRead)
  const scale = looked > 0 ? Math.max(1, all.spans / looked) : 1
  return { value: Math.round(Number(rows[0]?.traces ?? 0) * scale), exact: false }
}

interface MinuteGroup {
  readonly group: number
  readonly spans: number
  readonly minutes: number
}

/** Stored spans and minutes with spans in each group of minutes, from the statistics of minutes. */
async function minuteGroups(inMinutes: Sql, question: Question): Promise<MinuteGroup[]> {
  const { rows } = await question.run<{ group: number; spans: string; minutes: string }>(
    sql`SELECT toUInt16(intHash32(Minute) % ${MINUTE_GROUPS}) AS group, sum(Spans) AS spans, uniqExact(Minute) AS minutes
      FROM operation_stats WHERE ${inMinutes} GROUP BY group`,
  )
  return rows.map(({ group, spans, minutes }) => ({ group, spans: Number(spans), minutes: Number(minutes) }))
}

function every(nth: number, groups: readonly MinuteGroup[]): { spans: number; minutes: number } {
  const sum = { spans: 0, minutes: 0 }
  for (const { group, spans, minutes } of groups) {
    if (group % nth !== 0) continue
    sum.spans += spans
    sum.minutes += minutes
  }
  return sum
}

/** Every how many minutes one is looked at: a power of two, so that it divides the groups. */
function sampleStep(groups: readonly MinuteGroup[]): number {
  let nth = 1
  while (nth < MINUTE_GROUPS && every(nth, groups).spans > SAMPLE_ROWS) {
    if (every(nth * 2, groups).minutes < MIN_SAMPLED_MINUTES) break
    nth *= 2
  }
  return nth
}
