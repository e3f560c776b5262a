import { ident } from '@clew/store/sql/ident'
import { andSql, type Sql } from '@clew/store/sql/sql'
import { compileSearch } from '../compile/search/compile-search.ts'
import type { Question } from '../run/question.ts'
import { inRange, readRange, type TimeRange } from '../run/time-range.ts'

/** The spans that a search asks for. */
export interface MatchingSpans {
  readonly range: TimeRange
  /** An expression over a row of `spans`: the condition and the range. */
  readonly where: Sql
}

/** Reads range and query text. Throws ClewError BAD_QUERY, BAD_TIME, BAD_RANGE. */
export async function matchingSpans(
  input: { readonly q: string; readonly start: string; readonly end: string },
  question: Question,
): Promise<MatchingSpans> {
  return await matchingSpansIn(input.q, readRange(input, question.nowNanos), question)
}

/** The same for a range that is already known. */
export async function matchingSpansIn(q: string, range: TimeRange, question: Question): Promise<MatchingSpans> {
  const search = await compileSearch(q, 'traces', question.catalogue)
  const inTime = inRange(ident('StartNanos'), range)
  return {
    range,
    where: search.matchesAll ? inTime : andSql([inTime, search.condition]),
  }
}
