import { endOf, type TraceModel } from './trace-model.ts'

/**
 * Time each span spent in itself: its duration without what its children cover, nanoseconds. Children that overlap count
 * once; what sticks out of the parent does not count. Needs siblings in order of their start, as the server sends them.
 */
export function selfTimes(model: TraceModel): Float64Array {
  const self = model.duration.slice()
  /** End of what the children seen so far cover. */
  const coveredTo = model.start.slice()
  for (let row = 0; row < model.loaded; row++) {
    const parent = model.parent[row] as number
    if (parent < 0) continue
    const from = Math.max(model.start[row] as number, coveredTo[parent] as number)
    const to = Math.min(endOf(model, row), endOf(model, parent))
    if (to <= from) continue
    self[parent] = (self[parent] as number) - (to - from)
    coveredTo[parent] = to
  }
  return self
}
