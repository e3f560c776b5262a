import type { OutputOf, ParsedInputOf } from '@clew/contract/endpoint'
import type { getTrace, SpanColumns } from '@clew/contract/traces'
import { ident } from '@clew/store/sql/ident'
import { sql } from '@clew/store/sql/sql'
import { idIn } from '../compile/search/id-sql.ts'
import { kindName, statusName } from '../run/names.ts'
import type { Question } from '../run/question.ts'
import { inRange } from '../run/time-range.ts'
import type { RecentTraces } from './recent-traces.ts'
import { timeNote } from './time-note.ts'
import { locateTrace, type TraceLocation } from './locate-trace.ts'
import { MAX_TRACE_SPANS, readTrace, type StoredTrace } from './stored-trace.ts'

/** Log records of a trace are looked for from this long before its start to this long after its end. */
const LOG_SLACK_NANOS = 3_600_000_000_000n

/** A trace and a window of its spans. */
export async function answerGetTrace(
  input: ParsedInputOf<typeof getTrace>,
  recent: RecentTraces,
  question: Question,
): Promise<OutputOf<typeof getTrace>> {
  const location = await locateTrace(input.traceId, question)
  const [trace, logCount] = await Promise.all([readTrace(location, recent, question), countLogs(location, question)])
  if (trace.isCut)
    question.incomplete('limit', `the trace has more than ${MAX_TRACE_SPANS} spans; the rest is not shown`)
  const root = Math.max(0, trace.tree.parent.indexOf(-1))
  const hasRoot = trace.tree.parent[root] === -1
  return {
    traceId: trace.traceId,
    startNanos: trace.startNanos.toString(),
    durationNanos: trace.durationNanos,
    spanCount: trace.spanId.length,
    errorCount: trace.errorCount,
    logCount,
    rootService: hasRoot ? (trace.services[trace.service[root] as number] ?? null) : null,
    rootName: hasRoot ? (trace.names[trace.name[root] as number] ?? null) : null,
    services: [...trace.services],
    names: [...trace.names],
    orphanCount: trace.tree.orphanCount,
    clockSkewCount: trace.clockSkewCount,
    timeNote: timeNote(
      trace.startNanos,
      trace.startNanos + BigInt(Math.ceil(trace.durationNanos)),
      trace.lastArrivalNanos,
    ),
    adjustedCount: trace.adjustedCount,
    spans: columnsOf(trace, input.offset, input.offset + input.limit),
    meta: question.meta(),
  }
}

function columnsOf(trace: StoredTrace, from: number, to: number): SpanColumns {
  const { tree } = trace
  return {
    offset: from,
    spanId: trace.spanId.slice(from, to),
    parent: [...tree.parent.subarray(from, to)],
    parentSpanId: trace.parentSpanId.slice(from, to),
    depth: [...tree.depth.subarray(from, to)],
    descendants: [...tree.descendants.subarray(from, to)],
    service: [...trace.service.subarray(from, to)],
    name: [...trace.name.subarray(from, to)],
    kind: Array.from(trace.kind.subarray(from, to), kindName),
    status: Array.from(trace.status.subarray(from, to), statusName),
    startOffsetNanos: [...trace.startOffsetNanos.subarray(from, to)],
    durationNanos: [...trace.durations.subarray(from, to)],
    eventCount: [...trace.eventCount.subarray(from, to)],
    linkCount: [...trace.linkCount.subarray(from, to)],
    hint: trace.hint.slice(from, to),
  }
}

async function countLogs(location: TraceLocation, question: Question): Promise<number> {
  const startNanos = location.firstNanos > LOG_SLACK_NANOS ? location.firstNanos - LOG_SLACK_NANOS : 0n
  const endNanos = location.lastNanos + LOG_SLACK_NANOS
  const around = inRange(ident('AtNanos'), { startNanos, endNanos: endNanos < 2n ** 64n ? endNanos : 2n ** 64n - 1n })
  const { rows } = await question.run<{ count: string }>(
    sql`SELECT count() AS count FROM logs WHERE ${idIn(sql`TraceId`, [location.traceId], 16)} AND ${around}`,
    { maxThreads: 1 },
  )
  return Number(rows[0]?.count ?? 0)
}
