import type { ParsedInputOf } from '@clew/contract/endpoint'
import type { searchLogs } from '@clew/contract/logs'
import { andSql, sql, type Sql } from '@clew/store/sql/sql'
import { compileSearch } from '../compile/search/compile-search.ts'
import { idIn } from '../compile/search/id-sql.ts'
import type { Question } from '../run/question.ts'
import { inRange, readRange, type TimeRange } from '../run/time-range.ts'

export type LogSearchInput = Pick<ParsedInputOf<typeof searchLogs>, 'q' | 'start' | 'end' | 'traceId' | 'spanId'>

/** The default start of the range: what "not given" looks like after parsing. */
const DEFAULT_START = 'now-1h'

/** Expression over a row of `logs`. Throws ClewError BAD_QUERY, BAD_TIME, BAD_RANGE. */
export async function matchingLogs(input: LogSearchInput, range: TimeRange, question: Question): Promise<Sql> {
  const search = await compileSearch(input.q, 'logs', question.catalogue)
  const pieces = [inRange(sql`AtNanos`, range)]
  if (input.traceId !== undefined) pieces.push(idIn(sql`TraceId`, [input.traceId], 16))
  if (input.spanId !== undefined) pieces.push(idIn(sql`SpanId`, [input.spanId], 8))
  if (!search.matchesAll) pieces.push(search.condition)
  return andSql(pieces)
}

/** The range of a log search; for the records of a trace it is all of time unless one was asked for. */
export function logRange(input: LogSearchInput, question: Question): TimeRange {
  const isDefault = input.start === DEFAULT_START && input.end === 'now'
  if (input.traceId !== undefined && isDefault) return { startNanos: 0n, endNanos: 2n ** 64n - 1n }
  return readRange(input, question.nowNanos)
}
