import type { Red } from '@clew/contract/services'
import { sql, type Sql } from '@clew/store/sql/sql'
import { edgesBetween } from '@clew/store/write/edge-sql'
import type { Question } from '../run/question.ts'
import { minutesOf, type TimeRange } from '../run/time-range.ts'
import { addBuckets, type DurationBuckets } from './duration-histogram.ts'
import { redOf } from './red.ts'

/** How two nodes are connected; see the store's `service_edges`. */
export type Connection = 'rpc' | 'messaging' | 'database' | 'peer'

export interface Edge {
  readonly caller: string
  readonly callee: string
  readonly connection: Connection
  readonly calls: number
  readonly errors: number
  readonly buckets: DurationBuckets
}

/** Edges, and up to when they are known to be all. */
export interface ReadEdges {
  readonly edges: readonly Edge[]
  readonly settledNanos: bigint
}

/** Closed minutes are in the rollup; the store needs some time to close one. */
const YOUNG_MINUTES = 6
/** Clocks of senders may be ahead of ours by this much. */
const FUTURE_MINUTES = 2
/** More spans than this are not joined while somebody waits. */
const MAX_LIVE_SPANS = 3_000_000
const NANOS_PER_MINUTE = 60_000_000_000n

/**
 * Calls between services in the range (in whole minutes), largest first: from the rollup, and for the last minutes, which
 * it does not have yet, from the spans. `where` narrows by Caller, Callee and Connection.
 */
export async function readEdges(range: TimeRange, where: Sql, question: Question): Promise<ReadEdges> {
  const minutes = minutesOf(range)
  const liveFrom = Math.min(minutes.end, await firstOpenMinute(question))
  const { rows: closed } = await question.run<Edge>(
    sql`SELECT toString(Caller) AS caller, toString(Callee) AS callee, toString(Connection) AS connection,
  sum(AdjustedCalls) AS calls, sum(AdjustedErrors) AS errors, sumMap(DurationBuckets) AS buckets
FROM service_edges
WHERE Minute >= ${minutes.first} AND Minute < ${liveFrom} AND ${where}
GROUP BY caller, callee, connection`,
    { shown: true },
  )
  const from = Math.max(minutes.first, liveFrom)
  const end = Math.min(minutes.end, Number(question.nowNanos / NANOS_PER_MINUTE) + FUTURE_MINUTES)
  if (from >= end) return { edges: sorted(closed), settledNanos: range.endNanos }
  if (!(await isJoinable(from, end, question))) {
    return { edges: sorted(closed), settledNanos: BigInt(from) * NANOS_PER_MINUTE }
  }
  const live = edgesBetween(BigInt(from) * NANOS_PER_MINUTE, BigInt(end) * NANOS_PER_MINUTE)
  const { rows: open } = await question.run<Edge>(
    sql`
    SELECT Caller AS caller, Callee AS callee, Connection AS connection, AdjustedCalls AS calls,
      AdjustedErrors AS errors, DurationBuckets AS buckets
    FROM (${live}) WHERE ${where}`,
    { colocated: true },
  )
  return { edges: sorted(merged([...closed, ...open])), settledNanos: range.endNanos }
}

/** The first of the last minutes that has no edges in the rollup. */
async function firstOpenMinute(question: Question): Promise<number> {
  const now = Number(question.nowNanos / NANOS_PER_MINUTE)
  const { rows } = await question.run<{ minute: number }>(sql`
    SELECT DISTINCT Minute AS minute FROM service_edges WHERE Minute >= ${now - YOUNG_MINUTES} AND Minute <= ${now}`)
  const closed = new Set(rows.map((row) => row.minute))
  let minute = now - YOUNG_MINUTES
  while (closed.has(minute)) minute += 1
  return minute
}

async function isJoinable(from: number, end: number, question: Question): Promise<boolean> {
  const { rows } = await question.run<{ spans: string }>(sql`
    SELECT sum(Spans) AS spans FROM operation_stats WHERE Minute >= ${from} AND Minute < ${end}`)
  return Number(rows[0]?.spans ?? 0) <= MAX_LIVE_SPANS
}

function merged(edges: readonly Edge[]): Edge[] {
  const byKey = new Map<string, Edge>()
  for (const edge of edges) {
    const key = JSON.stringify([edge.caller, edge.callee, edge.connection])
    const other = byKey.get(key)
    if (other === undefined) {
      byKey.set(key, edge)
      continue
    }
    const buckets = new Map<number, number>()
    addBuckets(buckets, other.buckets)
    addBuckets(buckets, edge.buckets)
    byKey.set(key, {
      ...edge,
      calls: edge.calls + other.calls,
      errors: edge.errors + other.errors,
      buckets: [[...buckets.keys()], [...buckets.values()]],
    })
  }
  return [...byKey.values()]
}

function sorted(edges: readonly Edge[]): Edge[] {
  return [...edges].sort(
    (a, b) => b.calls - a.calls || (a.caller < b.caller ? -1 : a.caller > b.caller ? 1 : a.callee < b.callee ? -1 : 1),
  )
}

/** Rate, errors and durations of one edge. */
export function edgeRed(edges: readonly Edge[], range: TimeRange): Red {
  return redOf(edges, Number(range.endNanos - range.startNanos) / 1e9)
}

/** Kind of an edge as the API names it. */
export function edgeKind(connection: Connection): 'call' | 'messaging' | 'database' | 'external' {
  if (connection === 'rpc') return 'call'
  return connection === 'peer' ? 'external' : connection
}
