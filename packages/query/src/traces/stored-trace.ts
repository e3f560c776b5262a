import { sql, uint64Parameter } from '@clew/store/sql/sql'
import type { Question } from '../run/question.ts'
import { traceNotFound, type TraceLocation } from './locate-trace.ts'
import type { RecentTraces } from './recent-traces.ts'
import { buildTraceTree, type TraceTree } from './trace-tree.ts'

/** More spans than this are cut off, and the answer says so. */
export const MAX_TRACE_SPANS = 1_000_000
const HINT_CHARS = 120
const ID_CHARS = 16
const ZERO_SPAN = '0000000000000000'
/** What fits a few granules is read faster by one thread than handed out to several. */
const SPANS_FOR_ONE_THREAD = 20_000

/** A trace in columns; all of them in tree order. */
export interface StoredTrace {
  readonly traceId: string
  readonly startNanos: bigint
  readonly lastArrivalNanos: bigint | undefined
  readonly durationNanos: number
  readonly errorCount: number
  readonly clockSkewCount: number
  readonly adjustedCount: number
  readonly isCut: boolean
  readonly services: readonly string[]
  readonly names: readonly string[]
  readonly tree: TraceTree
  readonly spanId: readonly string[]
  readonly parentSpanId: readonly string[]
  readonly service: Uint32Array
  readonly name: Uint32Array
  readonly kind: Uint8Array
  readonly status: Uint8Array
  readonly startOffsetNanos: Float64Array
  readonly durations: Float64Array
  readonly eventCount: Uint32Array
  readonly linkCount: Uint32Array
  readonly hint: readonly string[]
  readonly byteLength: number
}

interface SpanRow {
  /** Span id and parent span id, one after the other. */
  ids: string
  /** Counted from a bound, so that it is a plain number: text and big integers cost too much for large traces. */
  offset: number
  duration: number
  service: string
  name: string
  kind: number
  status: number
  events: number
  links: number
  adjusted: number
  hint: string
}

/** Reads a trace, or takes it from the recent ones when it has not changed. Throws ClewError TRACE_NOT_FOUND. */
export async function readTrace(
  location: TraceLocation,
  recent: RecentTraces,
  question: Question,
): Promise<StoredTrace> {
  const known = recent.get(location.traceId, location.version)
  if (known !== undefined) return known
  const { rows } = await question.run<SpanRow>(
    sql`SELECT lower(hex(Ids)) AS ids,
  toFloat64(toUInt64(StartNanos - ${uint64Parameter(location.firstNanos)})) AS offset, toFloat64(DurationNanos) AS duration, Service AS service, Name AS name, Kind AS kind, StatusCode AS status,
  toUInt32(length(EventNanos)) AS events, toUInt32(length(LinkTraceId)) AS links, AdjustedCount AS adjusted,
  substringUTF8(multiIf(
    a_db_query_text != '', a_db_query_text,
    a_db_operation_name != '', concat(a_db_operation_name, ' ', a_db_collection_name),
    a_rpc_method != '', concat(a_rpc_service, '/', a_rpc_method),
    a_messaging_destination_name != '', concat(a_messaging_operation_type, ' ', a_messaging_destination_name),
    a_gen_ai_request_model != '', concat(a_gen_ai_operation_name, ' ', a_gen_ai_request_model),
    a_url_path != '', a_url_path, a_url_full != '', a_url_full, a_http_route != '', a_http_route,
    a_error_type), 1, ${HINT_CHARS}) AS hint
FROM spans
WHERE ${location.where}
LIMIT ${MAX_TRACE_SPANS + 1}`,
    { shown: true, ...(location.spanCount <= SPANS_FOR_ONE_THREAD ? { maxThreads: 1 } : {}) },
  )
  if (rows.length === 0) throw await traceNotFound(location.traceId, question)
  const trace = assemble(location, rows)
  recent.put(trace, location.version)
  return trace
}

function assemble(location: TraceLocation, allRows: readonly SpanRow[]): StoredTrace {
  const rows = allRows.length > MAX_TRACE_SPANS ? allRows.slice(0, MAX_TRACE_SPANS) : allRows
  const firstOffset = rows.reduce((least, row) => Math.min(least, row.offset), Infinity)
  const startOffset = Float64Array.from(rows, (row) => row.offset - firstOffset)
  const tree = buildTraceTree({
    spanId: rows.map(spanIdOf),
    parentSpanId: rows.map(parentSpanIdOf),
    startOffsetNanos: startOffset,
  })
  const ordered = Array.from(tree.order, (index) => rows[index] as SpanRow)
  const services = new Dictionary()
  const names = new Dictionary()
  const startOffsetNanos = Float64Array.from(tree.order, (index) => startOffset[index] as number)
  const durations = Float64Array.from(ordered, (row) => row.duration)
  let durationNanos = 0
  durations.forEach((duration, row) => {
    durationNanos = Math.max(durationNanos, (startOffsetNanos[row] as number) + Math.max(0, duration))
  })
  const root = tree.parent.indexOf(-1)
  return {
    traceId: location.traceId,
    startNanos: location.firstNanos + BigInt(firstOffset),
    lastArrivalNanos: location.lastArrivalNanos,
    durationNanos,
    errorCount: rows.reduce((count, row) => count + (row.status === 2 ? 1 : 0), 0),
    clockSkewCount: countSkewed(ordered, tree, startOffsetNanos, durations),
    adjustedCount: ordered[Math.max(0, root)]?.adjusted ?? 1,
    isCut: allRows.length > MAX_TRACE_SPANS,
    service: Uint32Array.from(ordered, (row) => services.indexOf(row.service)),
    name: Uint32Array.from(ordered, (row) => names.indexOf(row.name)),
    services: services.texts,
    names: names.texts,
    tree,
    spanId: ordered.map(spanIdOf),
    parentSpanId: ordered.map(parentSpanIdOf),
    kind: Uint8Array.from(ordered, (row) => row.kind),
    status: Uint8Array.from(ordered, (row) => row.status),
    startOffsetNanos,
    durations,
    eventCount: Uint32Array.from(ordered, (row) => row.events),
    linkCount: Uint32Array.from(ordered, (row) => row.links),
    hint: ordered.map((row) => row.hint),
    byteLength: ordered.reduce((bytes, row) => bytes + 240 + row.hint.length * 2, 0),
  }
}

function spanIdOf({ ids }: SpanRow): string {
  return ids.slice(0, ID_CHARS)
}

function parentSpanIdOf({ ids }: SpanRow): string {
  const parent = ids.slice(ID_CHARS)
  return parent === ZERO_SPAN ? '' : parent
}

/** Clocks of two machines agree to about this. */
const CLOCK_TOLERANCE_NANOS = 1_000_000

const SERVER = 2
const CLIENT = 3

/**
 * A child cannot start before its parent, and a call cannot reach the server after the client has its answer. Ending late
 * proves nothing: work goes on after an answer, and a busy process notes the end late.
 */
function countSkewed(
  rows: readonly SpanRow[],
  tree: TraceTree,
  startOffsetNanos: Float64Array,
  durations: Float64Array,
): number {
  let count = 0
  for (let row = 0; row < rows.length; row += 1) {
    const parent = tree.parent[row] as number
    if (parent < 0) continue
    const start = startOffsetNanos[row] as number
    const parentStart = startOffsetNanos[parent] as number
    const isCall = rows[row]?.kind === SERVER && rows[parent]?.kind === CLIENT
    const isTooLate = isCall && start > parentStart + (durations[parent] as number) + CLOCK_TOLERANCE_NANOS
    if (start < parentStart - CLOCK_TOLERANCE_NANOS || isTooLate) count += 1
  }
  return count
}

class Dictionary {
  readonly texts: string[] = []
  readonly #indexes = new Map<string, number>()

  indexOf(text: string): number {
    let index = this.#indexes.get(text)
    if (index === undefined) {
      index = this.texts.push(text) - 1
      this.#indexes.set(text, index)
    }
    return index
  }
}
