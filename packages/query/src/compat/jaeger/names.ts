import { SPAN_KINDS } from '@clew/contract/common'
import { sql } from '@clew/store/sql/sql'
import { kindName } from '../../run/names.ts'
import type { Question } from '../../run/question.ts'
import { readEdges } from '../../services/edges.ts'
import { NO_SERVICE_NAME } from './trace-json.ts'

/** Names are those of the last days, as clients expect a short list; the store keeps rollups, so it is cheap. */
const LOOKBACK_MINUTES = 14 * 24 * 60
const MAX_NAMES = 10_000
const NANOS_PER_MINUTE = 60_000_000_000n

/** Names of services. */
export async function jaegerServices(question: Question): Promise<string[]> {
  const { rows } = await question.run<{ service: string }>(sql`
    SELECT DISTINCT toString(Service) AS service FROM operation_stats WHERE Minute >= ${firstMinute(question)}
    ORDER BY service LIMIT ${MAX_NAMES}`)
  return rows.map((row) => (row.service === '' ? NO_SERVICE_NAME : row.service)).sort()
}

/** Operations of a service, with their kinds; `kind` narrows to one. */
export async function jaegerOperations(
  service: string,
  kind: string,
  question: Question,
): Promise<{ name: string; spanKind: string }[]> {
  const number = SPAN_KINDS.findIndex((each) => each === kind)
  const ofKind = kind === '' ? sql`1` : sql`Kind = ${number}`
  const { rows } = await question.run<{ name: string; kind: number }>(sql`
    SELECT DISTINCT toString(Name) AS name, Kind AS kind FROM operation_stats
    WHERE Service = ${service} AND Minute >= ${firstMinute(question)} AND ${ofKind}
    ORDER BY name, kind LIMIT ${MAX_NAMES}`)
  return rows.map((row) => ({ name: row.name, spanKind: row.kind === 0 ? '' : kindName(row.kind) }))
}

/** Calls between services; databases and other peers are no services and left out. */
export async function jaegerDependencies(
  endMillis: bigint,
  lookbackMillis: bigint,
  question: Question,
): Promise<{ parent: string; child: string; callCount: number }[]> {
  const endNanos = endMillis * 1_000_000n
  const startNanos = endNanos - lookbackMillis * 1_000_000n
  const { edges } = await readEdges(
    { startNanos: startNanos < 0n ? 0n : startNanos, endNanos },
    sql`Connection IN ('rpc', 'messaging')`,
    question,
  )
  const calls = new Map<string, { parent: string; child: string; callCount: number }>()
  for (const edge of edges) {
    const key = JSON.stringify([edge.caller, edge.callee])
    const sum = calls.get(key) ?? { parent: edge.caller, child: edge.callee, callCount: 0 }
    calls.set(key, { ...sum, callCount: sum.callCount + Math.round(edge.calls) })
  }
  return [...calls.values()]
}

function firstMinute(question: Question): number {
  return Math.max(0, Number(question.nowNanos / NANOS_PER_MINUTE) - LOOKBACK_MINUTES)
}
