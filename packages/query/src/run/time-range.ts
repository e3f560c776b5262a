import { ClewError } from '@clew/base/errors'
import { parseTime } from '@clew/contract/parse-time'
import { sql, uint64Parameter, type Sql } from '@clew/store/sql/sql'

const MAX_UINT64 = 2n ** 64n - 1n
const NANOS_PER_MINUTE = 60_000_000_000n

/** Nanoseconds since 1970; start <= t < end. */
export interface TimeRange {
  readonly startNanos: bigint
  readonly endNanos: bigint
}

/** The range of a request. Throws ClewError BAD_TIME or BAD_RANGE. */
export function readRange(input: { readonly start: string; readonly end: string }, nowNanos: bigint): TimeRange {
  const startNanos = clamp(parseTime(input.start, nowNanos))
  // "Up to now" includes what happened this very nanosecond.
  const endNanos = clamp(parseTime(input.end, nowNanos) + (input.end === 'now' ? 1n : 0n))
  if (startNanos < endNanos) return { startNanos, endNanos }
  throw new ClewError('BAD_RANGE', `the start '${input.start}' is not before the end '${input.end}'`, {
    fix: 'the range is start <= t < end',
  })
}

function clamp(nanos: bigint): bigint {
  return nanos < 0n ? 0n : nanos > MAX_UINT64 ? MAX_UINT64 : nanos
}

/** `column` lies in the range; the column holds unsigned nanoseconds. */
export function inRange(column: Sql, range: TimeRange): Sql {
  return sql`${column} >= ${uint64Parameter(range.startNanos)} AND ${column} < ${uint64Parameter(range.endNanos)}`
}

/**
 * `StartNanos` of `spans` lies between the two, both included. Also said of the minute by which the table is sorted: what the key
 * rules out costs less than what a skip index does, which is read first.
 */
export function startsBetween(firstNanos: bigint, lastNanos: bigint): Sql {
  const [first, last] = [firstNanos / NANOS_PER_MINUTE, lastNanos / NANOS_PER_MINUTE]
  return sql`intDiv(StartNanos, 60000000000) BETWEEN ${uint64Parameter(first)} AND ${uint64Parameter(last)} AND StartNanos BETWEEN ${uint64Parameter(firstNanos)} AND ${uint64Parameter(lastNanos)}`
}

/** Whole minutes since 1970 that the range touches: first <= minute < end. */
export function minutesOf(range: TimeRange): { first: number; end: number } {
  return {
    first: Number(range.startNanos / NANOS_PER_MINUTE),
    end: Number((range.endNanos + NANOS_PER_MINUTE - 1n) / NANOS_PER_MINUTE),
  }
}
