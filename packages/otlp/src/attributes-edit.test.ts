import { arbitraryRequest } from '@clew/testkit/arbitrary-otlp'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { editAttributes, editItemAttributes, RESOURCE_ATTRIBUTES } from './attributes-edit.ts'
import type { Batch } from './batch.ts'
import { decode } from './decode.ts'
import { encodeBatch } from './encode.ts'
import { attributesOf } from './generate/attributes-of.ts'
import type { KeyValue, Metric } from './model.ts'
import { SIGNALS } from './signal.ts'
import { readEverything, type Seen } from './testdata/read-everything.ts'

function editAll(batch: Batch, edit: Parameters<typeof editItemAttributes>[4]): Batch {
  const editor = batch.edit()
  for (let i = 0; i < batch.itemCount; i++) {
    const body = editItemAttributes(batch.signal, batch.itemSource(i), batch.itemStart[i]!, batch.itemEnd[i]!, edit)
    if (body !== undefined) editor.replaceItem(i, body)
  }
  return editor.finish()
}

function itemsOf(batch: Batch): Seen {
  return (readEverything(batch) as { items: Seen }).items
}

function spanAttributes(batch: Batch): KeyValue[] {
  return decode('traces', batch).resourceSpans![0]!.scopeSpans![0]!.spans![0]!.attributes ?? []
}

const batch = encodeBatch('traces', {
  resourceSpans: [
    {
      resource: { attributes: attributesOf({ 'service.name': 'a' }), droppedAttributesCount: 3 },
      scopeSpans: [{ spans: [{ name: 'x', attributes: attributesOf({ a: 1, b: 'two', c: true }), kind: 2 }] }],
    },
  ],
})

describe('editItemAttributes', () => {
  it('inserts, updates, upserts and deletes', () => {
    const edited = editAll(batch, (list) => {
      expect(list.keys()).toEqual(['a', 'b', 'c'])
      expect(list.get('a')).toEqual({ intValue: 1n })
      expect(list.get('missing')).toBeUndefined()
      expect(list.insert('a', { intValue: 9n })).toBe(false)
      expect(list.insert('d', { doubleValue: 0.5 })).toBe(true)
      expect(list.update('b', { stringValue: 'TWO' })).toBe(true)
      expect(list.update('e', { stringValue: 'no' })).toBe(false)
      list.upsert('f', { arrayValue: { values: [{ intValue: 1n }] } })
      expect(list.delete('c')).toBe(true)
      expect(list.delete('c')).toBe(false)
      expect(list.size).toBe(4)
    })
    expect(spanAttributes(edited)).toEqual([
      { key: 'a', value: { intValue: 1n } },
      { key: 'b', value: { stringValue: 'TWO' } },
      { key: 'd', value: { doubleValue: 0.5 } },
      { key: 'f', value: { arrayValue: { values: [{ intValue: 1n }] } } },
    ])
    expect(decode('traces', edited).resourceSpans![0]!.scopeSpans![0]!.spans![0]!).toMatchObject({ name: 'x', kind: 2 })
  })

  it('gives the same batch when nothing changes', () => {
    expect(editAll(batch, (list) => void list.delete('zzz'))).toBe(batch)
  })

  it('leaves one of a key that came twice', () => {
    const twice = encodeBatch('traces', {
      resourceSpans: [
        {
          scopeSpans: [
            {
              spans: [
                { attributes: [...attributesOf({ k: 1 }), ...attributesOf({ o: 2 }), ...attributesOf({ k: 3 })] },
              ],
            },
          ],
        },
      ],
    })
    expect(spanAttributes(editAll(twice, (list) => list.upsert('k', { intValue: 5n })))).toEqual(
      attributesOf({ k: 5, o: 2 }),
    )
    expect(spanAttributes(editAll(twice, (list) => void list.delete('k')))).toEqual(attributesOf({ o: 2 }))
  })

  it('changes every data point of every metric type', () => {
    const point = { attributes: attributesOf({ drop: 1, keep: 2 }), timeUnixNano: 5n }
    const metrics: Metric[] = [
      { name: 'gauge', gauge: { dataPoints: [point, point] } },
      { name: 'sum', sum: { dataPoints: [point], isMonotonic: true } },
      { name: 'histogram', histogram: { dataPoints: [point], aggregationTemporality: 2 } },
      { name: 'exponential', exponentialHistogram: { dataPoints: [point] } },
      { name: 'summary', summary: { dataPoints: [point] } },
      { name: 'empty' },
    ]
    const edited = editAll(
      encodeBatch('metrics', { resourceMetrics: [{ scopeMetrics: [{ metrics }] }] }),
      (list) => void list.delete('drop'),
    )
    const text = JSON.stringify(decode('metrics', edited), (_, v: unknown) => (typeof v === 'bigint' ? Number(v) : v))
    expect(text).not.toContain('drop')
    expect(text.match(/"keep"/g)).toHaveLength(6)
    expect(edited.pointCount).toBe(6)
    expect(decode('metrics', edited).resourceMetrics![0]!.scopeMetrics![0]!.metrics![1]!).toEqual({
      name: 'sum',
      sum: { isMonotonic: true, dataPoints: [{ attributes: attributesOf({ keep: 2 }), timeUnixNano: 5n }] },
    })
  })

  it('changes resources', () => {
    const source = batch.resourceSource(0)
    const body = editAttributes(source, batch.resourceStart[0]!, batch.resourceEnd[0]!, RESOURCE_ATTRIBUTES, (list) =>
      list.upsert('env', { stringValue: 'prod' }),
    )
    const editor = batch.edit()
    editor.replaceResource(0, body!)
    expect(decode('traces', editor.finish()).resourceSpans![0]!.resource).toEqual({
      attributes: attributesOf({ 'service.name': 'a', env: 'prod' }),
      droppedAttributesCount: 3,
    })
  })

  it.each(SIGNALS)('an added and removed key leaves any %s request as it was', (signal) => {
    fc.assert(
      fc.property(arbitraryRequest[signal], (request) => {
        const original = encodeBatch(signal, request)
        const added = editAll(original, (list) => list.upsert('clew.test', { boolValue: true }))
        const removed = editAll(added, (list) => void list.delete('clew.test'))
        expect(removed.pointCount).toBe(original.pointCount)
        expect(itemsOf(removed)).toEqual(itemsOf(original))
      }),
      { numRuns: 100 },
    )
  })
})
