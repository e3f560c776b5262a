import type { TraceSummary } from '@clew/contract/traces'
import { sql, uint64sParameter, type Sql } from '@clew/store/sql/sql'
import { kindName, statusName } from '../run/names.ts'
import type { Question } from '../run/question.ts'
import { startsBetween } from '../run/time-range.ts'
import { idList } from './find-traces.ts'
import type { MatchingSpans } from './matching-spans.ts'

const MATCHES_SHOWN = 3
/** Minutes are named one by one up to so many. */
const MAX_MINUTES = 2_000
const NANOS_PER_MINUTE = 60_000_000_000n
/** The aggregate function's parameter cannot be a query parameter. */
const SQL_MATCHES_SHOWN = sql`3`

type MatchTuple = [startNanos: string, spanId: string, name: string, kind: number, status: number, duration: string]
type RootTuple = [name: string, kind: number, status: number, adjustedCount: number]

interface ServiceRow {
  traceId: string
  service: string
  spans: string
  errors: string
  firstNanos: string
  lastNanos: string
  matchCount: string
  matches: MatchTuple[]
  roots: string
  rootNanos: string
  root: RootTuple
  adjusted: number
}

/** Summaries of the given traces (ids in hex), in the given order; traces that have gone meanwhile are left out. */
export async function traceDetails(
  traceIds: readonly string[],
  matching: MatchingSpans,
  question: Question,
): Promise<TraceSummary[]> {
  if (traceIds.length === 0) return []
  const bounds = await startBounds(traceIds, question)
  const { rows } = await question.run<ServiceRow>(
    sql`
    WITH (${matching.where}) AS matches_query
    SELECT lower(hex(TraceId)) AS traceId, toString(Service) AS service, count() AS spans, countIf(StatusCode = 2) AS errors,
      min(StartNanos) AS firstNanos,
      max(StartNanos + toUInt64(greatest(DurationNanos, 0))) AS lastNanos,
      countIf(matches_query) AS matchCount,
      groupArraySortedIf(${SQL_MATCHES_SHOWN})(
        tuple(StartNanos, lower(hex(SpanId)), toString(Name), Kind, StatusCode, DurationNanos), matches_query) AS matches,
      countIf(ParentSpanId = toFixedString('', 8)) AS roots,
      minIf(StartNanos, ParentSpanId = toFixedString('', 8)) AS rootNanos,
      argMinIf(tuple(toString(Name), Kind, StatusCode, AdjustedCount), StartNanos, ParentSpanId = toFixedString('', 8)) AS root,
      max(AdjustedCount) AS adjusted
    FROM spans WHERE TraceId IN ${idList(traceIds)} ${bounds}
    GROUP BY TraceId, Service`,
    { colocated: true },
  )
  const byTrace = new Map<string, ServiceRow[]>(traceIds.map((traceId) => [traceId, []]))
  for (const row of rows) byTrace.get(row.traceId)?.push(row)
  return traceIds.flatMap((traceId) => {
    const services = byTrace.get(traceId)
    return services === undefined || services.length === 0 ? [] : [summaryOf(traceId, services)]
  })
}

/**
 * Where these traces lie in `spans`; nothing when a trace is too new to have its summary row yet. Traces that are far from each
 * other are looked for in their own minutes: between the first and the last of them may lie all that is stored.
 */
async function startBounds(traceIds: readonly string[], question: Question): Promise<Sql> {
  const { rows } = await question.run<{ first: string; last: string }>(
    sql`
    SELECT min(MinStartNanos) AS first, max(MaxEndNanos) AS last
    FROM trace_summaries WHERE TraceId IN ${idList(traceIds)} GROUP BY TraceId`,
    { maxThreads: 1 },
  )
  if (rows.length < traceIds.length) return sql``
  const traces = rows.map((row) => ({ first: BigInt(row.first), last: BigInt(row.last) }))
  const first = smallest(traces.map((trace) => trace.first))
  const last = traces.reduce((latest, trace) => (trace.last > latest ? trace.last : latest), 0n)
  const minutes = minutesOfTraces(traces)
  const inMinutes =
    minutes === undefined ? sql`` : sql`AND intDiv(StartNanos, 60000000000) IN ${uint64sParameter(minutes)}`
  return sql`AND ${startsBetween(first, last)} ${inMinutes}`
}

/** All minutes that the traces touch; undefined when these are too many to name. */
function minutesOfTraces(traces: readonly { first: bigint; last: bigint }[]): bigint[] | undefined {
  const minutes = new Set<bigint>()
  for (const { first, last } of traces) {
    for (let minute = first / NANOS_PER_MINUTE; minute <= last / NANOS_PER_MINUTE; minute += 1n) {
      minutes.add(minute)
      if (minutes.size > MAX_MINUTES) return undefined
    }
  }
  return [...minutes]
}

function summaryOf(traceId: string, services: readonly ServiceRow[]): TraceSummary {
  const start = smallest(services.map((row) => BigInt(row.firstNanos)))
  const end = services.map((row) => BigInt(row.lastNanos)).reduce((a, b) => (a > b ? a : b))
  const withRoot = services
    .filter((row) => Number(row.roots) > 0)
    .sort((a, b) => (BigInt(a.rootNanos) < BigInt(b.rootNanos) ? -1 : 1))[0]
  const [rootName, rootKind, rootStatus, rootAdjusted] = withRoot?.root ?? [null, null, null, null]
  const matches = services
    .flatMap((row) => row.matches.map((match) => ({ row, match, at: BigInt(match[0]) })))
    .sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : a.match[1] < b.match[1] ? -1 : 1))
    .slice(0, MATCHES_SHOWN)
  return {
    traceId,
    rootService: withRoot?.service ?? null,
    rootName,
    rootStatus: rootStatus === null ? null : statusName(rootStatus),
    rootKind: rootKind === null ? null : kindName(rootKind),
    startNanos: start.toString(),
    durationNanos: Number(end - start),
    spanCount: sum(services.map((row) => row.spans)),
    errorCount: sum(services.map((row) => row.errors)),
    services: services
      .map((row) => ({ name: row.service, spanCount: Number(row.spans), errorCount: Number(row.errors) }))
      .sort((a, b) => b.spanCount - a.spanCount || (a.name < b.name ? -1 : 1)),
    matchCount: sum(services.map((row) => row.matchCount)),
    matches: matches.map(({ row, match }) => ({
      spanId: match[1],
      service: row.service,
      name: match[2],
      kind: kindName(match[3]),
      status: statusName(match[4]),
      startNanos: match[0],
      durationNanos: Number(match[5]),
    })),
    adjustedCount: rootAdjusted ?? Math.max(...services.map((row) => row.adjusted)),
  }
}

function smallest(values: readonly bigint[]): bigint {
  return values.reduce((a, b) => (a < b ? a : b))
}

function sum(values: readonly string[]): number {
  return values.reduce((total, value) => total + Number(value), 0)
}
