import { ClewError } from '@clew/base/errors'
import { sql, type Sql } from '@clew/store/sql/sql'
import { idIn } from '../compile/search/id-sql.ts'
import type { Question } from '../run/question.ts'
import { startsBetween } from '../run/time-range.ts'

export interface TraceLocation {
  /** 32 lower-case hex digits. */
  readonly traceId: string
  /** Expression over a row of `spans`: the span is of this trace. */
  readonly where: Sql
  /** No span of the trace starts before. */
  readonly firstNanos: bigint
  /** No span of the trace starts after. */
  readonly lastNanos: bigint
  readonly spanCount: number
  /** When its newest span was received; undefined when that is not known. */
  readonly lastArrivalNanos: bigint | undefined
  /** Changes when the trace gets more spans; undefined when that cannot be told. */
  readonly version: string | undefined
}

/** Full form of a trace id: lower case, 32 digits. */
export function fullTraceId(hex: string): string {
  return hex.toLowerCase().padStart(32, '0')
}

/** Full form of a span id: lower case, 16 digits. */
export function fullSpanId(hex: string): string {
  return hex.toLowerCase().padStart(16, '0')
}

/**
 * Where a trace lies in `spans`, so that it is read without a time range. A trace without a summary row (the row may
 * follow in a moment) is looked for everywhere through the index of ids.
 */
export async function locateTrace(hexId: string, question: Question): Promise<TraceLocation> {
  const traceId = fullTraceId(hexId)
  const ofTrace = idIn(sql`TraceId`, [traceId], 16)
  const summary = await bounds(
    sql`SELECT count() AS rows, min(MinStartNanos) AS first, max(MaxEndNanos) AS last, sum(SpanCount) AS spans,
        max(LastArrivalSeconds) AS arrivalSeconds
      FROM trace_summaries WHERE ${ofTrace}`,
    question,
  )
  const found =
    summary ??
    (await bounds(
      sql`SELECT count() AS rows, min(StartNanos) AS first, max(StartNanos) AS last, count() AS spans, 0 AS arrivalSeconds
        FROM spans WHERE ${ofTrace}`,
      question,
    ))
  const arrivalSeconds = found?.arrivalSeconds ?? 0
  const [first, last] = [BigInt(found?.first ?? 0), BigInt(found?.last ?? 0)]
  return {
    traceId,
    where: sql`${ofTrace} AND ${startsBetween(first, last)}`,
    firstNanos: first,
    lastNanos: last,
    spanCount: Number(found?.spans ?? 0),
    lastArrivalNanos: arrivalSeconds === 0 ? undefined : BigInt(arrivalSeconds) * 1_000_000_000n,
    version: summary === undefined ? undefined : `${summary.first} ${summary.last} ${summary.spans}`,
  }
}

interface BoundsRow {
  rows: string
  first: string
  last: string
  spans: string
  arrivalSeconds: number
}

async function bounds(statement: Sql, question: Question): Promise<BoundsRow | undefined> {
  const { rows } = await question.run<BoundsRow>(statement, { maxThreads: 1 })
  return rows[0] === undefined || rows[0].rows === '0' ? undefined : rows[0]
}

/** The error for a trace that is not there, saying how new the newest row is. */
export async function traceNotFound(traceId: string, question: Question): Promise<ClewError> {
  const { rows } = await question.run<{ newest: string }>(sql`
    SELECT max(StartNanos) AS newest FROM spans WHERE intDiv(StartNanos, 60000000000) >= (
      SELECT intDiv(StartNanos, 60000000000) FROM spans ORDER BY intDiv(StartNanos, 60000000000) DESC LIMIT 1)
    HAVING count() > 0`)
  const newest = rows[0]?.newest
  const fix =
    newest === undefined
      ? 'no spans have been stored yet'
      : `the newest stored span started at ${new Date(Number(BigInt(newest) / 1_000_000n)).toISOString()}; ` +
        'spans can be found about a second after they were sent'
  return new ClewError('TRACE_NOT_FOUND', `there is no trace ${traceId} in the store`, { fix })
}
