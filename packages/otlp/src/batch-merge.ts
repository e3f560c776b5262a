import { Batch } from './batch.ts'
import type { BatchIndex } from './batch-index.ts'

/**
 * Several batches of one signal as one. Protobuf makes this cheap: requests written one after the other are the request
 * with all their parts, so the bytes are copied and the index is shifted. Nothing is deduplicated.
 */
export function mergeBatches(batches: readonly Batch[]): Batch {
  const first = batches[0]
  if (first === undefined) throw new TypeError('no batch to merge')
  if (batches.length === 1) return first
  if (batches.some((batch) => batch.signal !== first.signal)) throw new TypeError('batches of different signals')
  const encoded = batches.map((batch) => batch.toProtobuf())
  const source = concatenate(encoded)
  // An edited batch or a slice has offsets into other buffers: its encoded bytes are indexed anew.
  if (batches.some((batch, i) => batch.parts.source !== encoded[i])) return Batch.fromProtobuf(first.signal, source)
  return new Batch({ signal: first.signal, source, encoded: source, index: joinIndexes(batches) })
}

function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    joined.set(part, at)
    at += part.length
  }
  return joined
}

function joinIndexes(batches: readonly Batch[]): BatchIndex {
  const joined = (pick: (index: BatchIndex) => Int32Array, shiftOf: (batch: Batch) => number): Int32Array => {
    const values = new Int32Array(batches.reduce((sum, batch) => sum + pick(batch.parts.index).length, 0))
    let at = 0
    let shift = 0
    for (const batch of batches) {
      const part = pick(batch.parts.index)
      for (let i = 0; i < part.length; i++) values[at + i] = part[i]! + shift
      at += part.length
      shift += shiftOf(batch)
    }
    return values
  }
  const bytes = (batch: Batch): number => batch.parts.source.length
  // An absent message is (0, 0); shifted it is still empty, which is all that counts.
  return {
    pointCount: batches.reduce((sum, batch) => sum + batch.pointCount, 0),
    itemStart: joined((index) => index.itemStart, bytes),
    itemEnd: joined((index) => index.itemEnd, bytes),
    itemScope: joined(
      (index) => index.itemScope,
      (batch) => batch.scopeCount,
    ),
    scopeStart: joined((index) => index.scopeStart, bytes),
    scopeEnd: joined((index) => index.scopeEnd, bytes),
    scopeResource: joined(
      (index) => index.scopeResource,
      (batch) => batch.resourceCount,
    ),
    scopeSchemaStart: joined((index) => index.scopeSchemaStart, bytes),
    scopeSchemaEnd: joined((index) => index.scopeSchemaEnd, bytes),
    resourceStart: joined((index) => index.resourceStart, bytes),
    resourceEnd: joined((index) => index.resourceEnd, bytes),
    resourceSchemaStart: joined((index) => index.resourceSchemaStart, bytes),
    resourceSchemaEnd: joined((index) => index.resourceSchemaEnd, bytes),
  }
}
