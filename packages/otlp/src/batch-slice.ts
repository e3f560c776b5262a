import { Batch } from './batch.ts'
import { MetricView } from './views/metric-view.ts'

/** Items `from` to `to` (not included) of a batch as a batch of its own that shares the bytes. */
export function sliceBatch(batch: Batch, from: number, to: number): Batch {
  if (from === 0 && to === batch.itemCount) return batch
  const { index, marks } = batch.parts
  const empty = from >= to
  const firstScope = empty ? 0 : batch.itemScope[from]!
  const endScope = empty ? 0 : batch.itemScope[to - 1]! + 1
  const firstResource = empty ? 0 : batch.scopeResource[firstScope]!
  const endResource = empty ? 0 : batch.scopeResource[endScope - 1]! + 1
  return new Batch({
    signal: batch.signal,
    source: batch.parts.source,
    overlay: batch.parts.overlay,
    marks: marks && {
      items: marks.items.subarray(from, to),
      scopes: marks.scopes.subarray(firstScope, endScope),
      resources: marks.resources.subarray(firstResource, endResource),
    },
    index: {
      pointCount: batch.signal === 'metrics' ? countPoints(batch, from, to) : to - from,
      itemStart: index.itemStart.subarray(from, to),
      itemEnd: index.itemEnd.subarray(from, to),
      itemScope: index.itemScope.subarray(from, to).map((scope) => scope - firstScope),
      scopeStart: index.scopeStart.subarray(firstScope, endScope),
      scopeEnd: index.scopeEnd.subarray(firstScope, endScope),
      scopeResource: index.scopeResource.subarray(firstScope, endScope).map((resource) => resource - firstResource),
      scopeSchemaStart: index.scopeSchemaStart.subarray(firstScope, endScope),
      scopeSchemaEnd: index.scopeSchemaEnd.subarray(firstScope, endScope),
      resourceStart: index.resourceStart.subarray(firstResource, endResource),
      resourceEnd: index.resourceEnd.subarray(firstResource, endResource),
      resourceSchemaStart: index.resourceSchemaStart.subarray(firstResource, endResource),
      resourceSchemaEnd: index.resourceSchemaEnd.subarray(firstResource, endResource),
    },
  })
}

/**
 * Cuts a batch into batches of at most `maxPoints` points each, in order and sharing its bytes. Metrics are not cut: one
 * with more points than that makes a batch of its own.
 */
export function splitBatch(batch: Batch, maxPoints: number): Batch[] {
  if (batch.pointCount <= maxPoints || batch.itemCount <= 1) return [batch]
  const slices: Batch[] = []
  let from = 0
  let points = 0
  const view = new MetricView().bind(batch)
  for (let item = 0; item < batch.itemCount; item++) {
    let size = 1
    if (batch.signal === 'metrics') {
      view.seek(item)
      size = view.points.count
    }
    if (item > from && points + size > maxPoints) {
      slices.push(sliceBatch(batch, from, item))
      from = item
      points = 0
    }
    points += size
  }
  slices.push(sliceBatch(batch, from, batch.itemCount))
  return slices
}

function countPoints(batch: Batch, from: number, to: number): number {
  const view = new MetricView().bind(batch)
  let points = 0
  for (let item = from; item < to; item++) {
    view.seek(item)
    points += view.points.count
  }
  return points
}
