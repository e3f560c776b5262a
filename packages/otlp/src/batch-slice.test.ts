import { arbitraryRequest } from '@clew/testkit/arbitrary-otlp'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Batch } from './batch.ts'
import { mergeBatches } from './batch-merge.ts'
import { sliceBatch, splitBatch } from './batch-slice.ts'
import { decode } from './decode.ts'
import { encodeBatch, encodeBody } from './encode.ts'
import type { RequestOf } from './model.ts'
import { type Signal, SIGNALS } from './signal.ts'
import { readEverything, type Seen } from './testdata/read-everything.ts'
import { ResourceView } from './views/resource-view.ts'
import { ScopeView } from './views/scope-view.ts'

/** Every item with the resource and scope it belongs to: what slicing and merging must not change. */
function itemsInContext(batch: Batch): Seen[] {
  const items = (readEverything(batch) as { items: Seen[] }).items
  const resource = new ResourceView()
  const scope = new ScopeView()
  return items.map((item, i) => {
    const s = batch.itemScope[i]!
    const r = batch.scopeResource[s]!
    resource.seek(batch, r)
    scope.seek(batch, s)
    const owners = [resource.attributes.toModel(), scope.name(), scope.attributes.toModel()] as unknown as Seen[]
    return [item, ...owners, batch.resourceSchemaUrl(r), batch.scopeSchemaUrl(s)]
  })
}

describe.each(SIGNALS)('%s: cutting and joining batches', (signal) => {
  const anyRequest: fc.Arbitrary<RequestOf[Signal]> = arbitraryRequest[signal]

  it('cuts into parts that hold everything in order', () => {
    fc.assert(
      fc.property(arbitraryRequest[signal], fc.integer({ min: 1, max: 5 }), (request, maxPoints) => {
        const batch = encodeBatch(signal, request)
        const parts = splitBatch(batch, maxPoints)
        expect(parts.flatMap(itemsInContext)).toEqual(itemsInContext(batch))
        expect(parts.reduce((sum, part) => sum + part.pointCount, 0)).toBe(batch.pointCount)
        for (const part of parts) {
          expect(part.pointCount <= maxPoints || part.itemCount === 1 || batch.itemCount <= 1).toBe(true)
          const again = Batch.fromProtobuf(signal, part.toProtobuf())
          expect(itemsInContext(again)).toEqual(itemsInContext(part))
          expect([again.pointCount, again.byteLength]).toEqual([part.pointCount, part.byteLength])
        }
      }),
      { numRuns: 100 },
    )
  })

  it('joins whole, cut and edited batches', () => {
    fc.assert(
      fc.property(fc.array(anyRequest, { minLength: 1, maxLength: 4 }), fc.boolean(), (requests, change) => {
        const batches = requests.map((request) => encodeBatch(signal, request))
        if (change && batches[0]!.resourceCount > 0) {
          const editor = batches[0]!.edit()
          editor.replaceResource(0, encodeBody('Resource', { droppedAttributesCount: 9 }))
          batches[0] = editor.finish()
        }
        const merged = mergeBatches(batches)
        expect(itemsInContext(merged)).toEqual(batches.flatMap(itemsInContext))
        expect(merged.pointCount).toBe(batches.reduce((sum, batch) => sum + batch.pointCount, 0))
        const again = Batch.fromProtobuf(signal, merged.toProtobuf())
        expect(readEverything(again)).toEqual(readEverything(merged))
      }),
      { numRuns: 100 },
    )
  })
})

describe('sliceBatch', () => {
  const batch = encodeBatch('traces', {
    resourceSpans: [{ scopeSpans: [{ spans: [{ name: 'a' }, { name: 'b' }] }, { spans: [{ name: 'c' }] }] }],
  })

  it('shares the bytes and gives the batch itself for all of it', () => {
    expect(sliceBatch(batch, 0, 3)).toBe(batch)
    const slice = sliceBatch(batch, 1, 3)
    expect(slice.itemSource(0)).toBe(batch.itemSource(0))
    expect(decode('traces', slice)).toEqual({
      resourceSpans: [{ scopeSpans: [{ spans: [{ name: 'b' }] }, { spans: [{ name: 'c' }] }] }],
    })
    expect(sliceBatch(batch, 1, 1).byteLength).toBe(0)
  })

  it('can be edited', () => {
    const editor = sliceBatch(batch, 1, 3).edit()
    editor.dropItem(0)
    editor.replaceItem(1, encodeBody('Span', { name: 'changed' }))
    const edited = editor.finish()
    expect(decode('traces', edited)).toEqual({ resourceSpans: [{ scopeSpans: [{ spans: [{ name: 'changed' }] }] }] })
    expect(decode('traces', sliceBatch(mergeBatches([edited, batch]), 1, 2))).toEqual({
      resourceSpans: [{ scopeSpans: [{ spans: [{ name: 'a' }] }] }],
    })
  })

  it('refuses to join batches of different signals', () => {
    expect(() => mergeBatches([batch, encodeBatch('logs', {})])).toThrow(TypeError)
    expect(() => mergeBatches([])).toThrow(TypeError)
  })
})
