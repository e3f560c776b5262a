import { STATUS_ERROR, type TraceModel } from './trace-model.ts'

export interface ServiceFact {
  readonly service: number
  readonly name: string
  readonly spanCount: number
  readonly errorCount: number
}

/** Services of a trace by number of spans, the largest first. */
export function servicesOf(model: TraceModel): ServiceFact[] {
  const spans = new Uint32Array(model.services.length)
  const errors = new Uint32Array(model.services.length)
  for (let row = 0; row < model.loaded; row++) {
    const service = model.service[row] as number
    spans[service] = (spans[service] as number) + 1
    if (model.status[row] === STATUS_ERROR) errors[service] = (errors[service] as number) + 1
  }
  return model.services
    .map((name, service) => ({
      service,
      name,
      spanCount: spans[service] as number,
      errorCount: errors[service] as number,
    }))
    .filter(({ spanCount }) => spanCount > 0)
    .sort((a, b) => b.spanCount - a.spanCount || (a.name < b.name ? -1 : 1))
}

/** Rows whose span failed, in order. */
export function errorRows(model: TraceModel): number[] {
  const rows: number[] = []
  for (let row = 0; row < model.loaded; row++) if (model.status[row] === STATUS_ERROR) rows.push(row)
  return rows
}

/** Failed spans in the subtree below each row, without itself. */
export function errorsBelow(model: TraceModel): Uint32Array {
  const below = new Uint32Array(model.loaded)
  for (let row = model.loaded - 1; row > 0; row--) {
    const parent = model.parent[row] as number
    if (parent < 0 || parent >= row) continue
    below[parent] = (below[parent] as number) + (below[row] as number) + (model.status[row] === STATUS_ERROR ? 1 : 0)
  }
  return below
}

/** The next (or previous) of some rows after a row, going round at the end. Undefined when there are none. */
export function nextOf(rows: readonly number[], from: number, direction: 1 | -1): number | undefined {
  if (direction === 1) return rows.find((row) => row > from) ?? rows[0]
  return rows.findLast((row) => row < from) ?? rows.at(-1)
}
