import type { Batch } from './batch.ts'
import { WireWriter } from './wire/wire-writer.ts'

function lengthSize(length: number): number {
  return length < 0x80 ? 1 : length < 0x4000 ? 2 : length < 0x200000 ? 3 : length < 0x10000000 ? 4 : 5
}

function fieldSize(length: number): number {
  return 1 + lengthSize(length) + length
}

/** Sizes of the ScopeX and ResourceX bodies of a batch, so that lengths can be written before bodies. */
function measure(batch: Batch): { scopes: Float64Array; resources: Float64Array; total: number } {
  const index = batch.parts.index
  const scopes = new Float64Array(batch.scopeCount)
  const resources = new Float64Array(batch.resourceCount)
  for (let i = 0; i < batch.itemCount; i++) {
    scopes[batch.itemScope[i]!]! += fieldSize(batch.itemEnd[i]! - batch.itemStart[i]!)
  }
  for (let s = 0; s < scopes.length; s++) {
    const body = batch.scopeEnd[s]! - batch.scopeStart[s]!
    if (body > 0) scopes[s]! += fieldSize(body)
    const schema = index.scopeSchemaEnd[s]! - index.scopeSchemaStart[s]!
    if (schema > 0) scopes[s]! += fieldSize(schema)
    resources[batch.scopeResource[s]!]! += fieldSize(scopes[s]!)
  }
  let total = 0
  for (let r = 0; r < resources.length; r++) {
    const body = batch.resourceEnd[r]! - batch.resourceStart[r]!
    if (body > 0) resources[r]! += fieldSize(body)
    const schema = index.resourceSchemaEnd[r]! - index.resourceSchemaStart[r]!
    if (schema > 0) resources[r]! += fieldSize(schema)
    total += fieldSize(resources[r]!)
  }
  return { scopes, resources, total }
}

/** Bytes that `encodeEnvelope` makes. */
export function envelopeSize(batch: Batch): number {
  return measure(batch).total
}

/** Writes a batch as one request: resources, scopes and items in their order, bodies copied as they are. */
export function encodeEnvelope(batch: Batch): Uint8Array<ArrayBuffer> {
  const { scopes, resources, total } = measure(batch)
  const index = batch.parts.index
  const writer = new WireWriter(total + 16)
  let scope = 0
  let item = 0
  const header = (field: number, length: number): void => {
    writer.tag(field, 2)
    writer.varint32(length)
  }
  const body = (field: number, source: Uint8Array, start: number, end: number): void => {
    if (end > start) writer.bytesField(field, source, start, end)
  }
  for (let r = 0; r < resources.length; r++) {
    header(1, resources[r]!)
    body(1, batch.resourceSource(r), batch.resourceStart[r]!, batch.resourceEnd[r]!)
    for (; scope < scopes.length && batch.scopeResource[scope] === r; scope++) {
      header(2, scopes[scope]!)
      body(1, batch.scopeSource(scope), batch.scopeStart[scope]!, batch.scopeEnd[scope]!)
      for (; item < batch.itemCount && batch.itemScope[item] === scope; item++) {
        writer.bytesField(2, batch.itemSource(item), batch.itemStart[item], batch.itemEnd[item])
      }
      body(3, batch.parts.source, index.scopeSchemaStart[scope]!, index.scopeSchemaEnd[scope]!)
    }
    body(3, batch.parts.source, index.resourceSchemaStart[r]!, index.resourceSchemaEnd[r]!)
  }
  return writer.view()
}
