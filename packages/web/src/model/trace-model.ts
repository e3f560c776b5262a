import { SPAN_KINDS, SPAN_STATUSES } from '@clew/contract/common'
import type { OutputOf } from '@clew/contract/endpoint'
import type { getTrace } from '@clew/contract/traces'

export type TraceWindow = OutputOf<typeof getTrace>

/**
 * A trace in columns, one entry a row in tree order (a parent before its children). Rows from `loaded` on have not arrived
 * yet; their entries are zero. Times are nanoseconds after the trace's start.
 */
export interface TraceModel {
  readonly traceId: string
  readonly startNanos: string
  readonly durationNanos: number
  readonly spanCount: number
  readonly loaded: number
  readonly services: readonly string[]
  readonly names: readonly string[]
  /** Row of the parent, -1 for a root, -2 when the parent is not in the store. */
  readonly parent: Int32Array
  readonly depth: Int32Array
  /** Rows of the subtree below. */
  readonly descendants: Int32Array
  readonly service: Int32Array
  readonly name: Int32Array
  /** Index into SPAN_KINDS and SPAN_STATUSES. */
  readonly kind: Uint8Array
  readonly status: Uint8Array
  readonly start: Float64Array
  readonly duration: Float64Array
  readonly eventCount: Uint32Array
  readonly linkCount: Uint32Array
  readonly spanId: readonly string[]
  readonly hint: readonly string[]
}

export const STATUS_ERROR: number = SPAN_STATUSES.indexOf('error')
const KIND_INDEX = new Map<string, number>(SPAN_KINDS.map((kind, index) => [kind, index]))
const STATUS_INDEX = new Map<string, number>(SPAN_STATUSES.map((status, index) => [status, index]))

/** Puts windows (in order, the first at row 0) together. Each window may number services and names in its own way. */
export function buildTraceModel(windows: readonly TraceWindow[]): TraceModel | undefined {
  const last = windows.at(-1)
  if (last === undefined) return undefined
  const rows = windows.reduce((end, { spans }) => Math.max(end, spans.offset + spans.spanId.length), 0)
  const size = Math.max(last.spanCount, rows)
  const services = new Dictionary()
  const names = new Dictionary()
  const model = {
    traceId: last.traceId,
    startNanos: last.startNanos,
    durationNanos: Math.max(1, last.durationNanos),
    spanCount: size,
    loaded: rows,
    services: services.entries,
    names: names.entries,
    parent: new Int32Array(size).fill(-2),
    depth: new Int32Array(size),
    descendants: new Int32Array(size),
    service: new Int32Array(size),
    name: new Int32Array(size),
    kind: new Uint8Array(size),
    status: new Uint8Array(size),
    start: new Float64Array(size),
    duration: new Float64Array(size),
    eventCount: new Uint32Array(size),
    linkCount: new Uint32Array(size),
    spanId: Array.from({ length: size }, () => ''),
    hint: Array.from({ length: size }, () => ''),
  }
  for (const window of windows) {
    const serviceIds = window.services.map((service) => services.idOf(service))
    const nameIds = window.names.map((name) => names.idOf(name))
    const { spans } = window
    model.parent.set(spans.parent, spans.offset)
    model.depth.set(spans.depth, spans.offset)
    model.descendants.set(spans.descendants, spans.offset)
    model.start.set(spans.startOffsetNanos, spans.offset)
    model.duration.set(spans.durationNanos, spans.offset)
    model.eventCount.set(spans.eventCount, spans.offset)
    model.linkCount.set(spans.linkCount, spans.offset)
    for (let i = 0; i < spans.spanId.length; i++) {
      const row = spans.offset + i
      model.service[row] = serviceIds[spans.service[i] as number] ?? 0
      model.name[row] = nameIds[spans.name[i] as number] ?? 0
      model.kind[row] = KIND_INDEX.get(spans.kind[i] as string) ?? 0
      model.status[row] = STATUS_INDEX.get(spans.status[i] as string) ?? 0
      model.spanId[row] = spans.spanId[i] as string
      model.hint[row] = spans.hint[i] ?? ''
    }
  }
  return model
}

class Dictionary {
  readonly entries: string[] = []
  readonly #ids = new Map<string, number>()

  idOf(text: string): number {
    const known = this.#ids.get(text)
    if (known !== undefined) return known
    this.#ids.set(text, this.entries.length)
    return this.entries.push(text) - 1
  }
}

/** End of a row's span, nanoseconds after the trace's start. */
export const endOf = (model: TraceModel, row: number): number =>
  (model.start[row] as number) + (model.duration[row] as number)

/** Rows above a row, the nearest first. */
export function ancestorsOf(model: TraceModel, row: number): number[] {
  const found: number[] = []
  // A parent always lies before its child, so this ends whatever the server sends.
  for (
    let at = model.parent[row] as number, from = row;
    at >= 0 && at < from;
    from = at, at = model.parent[at] as number
  )
    found.push(at)
  return found
}

/** Row of a span, -1 when it has not arrived. */
export function rowOfSpan(model: TraceModel, spanId: string): number {
  return spanId === '' ? -1 : model.spanId.indexOf(spanId)
}
