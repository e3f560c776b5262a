import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { buildTraceTree, MISSING_PARENT, ROOT, type TraceTree } from './trace-tree.ts'

type Span = readonly [id: string, parent: string, start: number]

function build(spans: readonly Span[]): TraceTree & { ids: string[] } {
  const tree = buildTraceTree({
    spanId: spans.map(([id]) => id),
    parentSpanId: spans.map(([, parent]) => parent),
    startOffsetNanos: Float64Array.from(spans, ([, , start]) => start),
  })
  return { ...tree, ids: Array.from(tree.order, (index) => (spans[index] as Span)[0]) }
}

test('a parent comes before its children, siblings by start, whatever the order of arrival', () => {
  const tree = build([
    ['c2', 'r', 30],
    ['g', 'c1', 25],
    ['c1', 'r', 20],
    ['r', '', 10],
  ])
  expect(tree.ids).toEqual(['r', 'c1', 'g', 'c2'])
  expect([...tree.parent]).toEqual([ROOT, 0, 1, 0])
  expect([...tree.depth]).toEqual([0, 1, 2, 1])
  expect([...tree.descendants]).toEqual([3, 1, 0, 0])
  expect(tree.orphanCount).toBe(0)
})

test('missing parents, a span that is its own parent and cycles become trees of their own', () => {
  const tree = build([
    ['a', 'gone', 1],
    ['self', 'self', 2],
    ['x', 'y', 4],
    ['y', 'x', 3],
    ['below', 'x', 5],
  ])
  expect(tree.ids).toEqual(['a', 'self', 'y', 'x', 'below'])
  expect([...tree.parent]).toEqual([MISSING_PARENT, MISSING_PARENT, MISSING_PARENT, 2, 3])
  expect(tree.orphanCount).toBe(3)
})

test('spans that share an id all get a row; the earliest has the children', () => {
  const tree = build([
    ['s', '', 5],
    ['s', '', 1],
    ['k', 's', 6],
  ])
  expect(tree.ids).toEqual(['s', 'k', 's'])
  expect([...tree.order]).toEqual([1, 2, 0])
})

test('100,000 spans in one chain and in one fan', () => {
  const count = 100_000
  const chain = build(Array.from({ length: count }, (_, i): Span => [`${i}`, i === 0 ? '' : `${i - 1}`, i]))
  expect(chain.depth[count - 1]).toBe(count - 1)
  expect(chain.descendants[0]).toBe(count - 1)
  const fan = build(Array.from({ length: count }, (_, i): Span => [`${i}`, i === 0 ? '' : '0', i]))
  expect(fan.descendants[0]).toBe(count - 1)
  expect(fan.depth[count - 1]).toBe(1)
})

test('any graph of ids gives every span one row, parents above, subtrees together', () => {
  const id = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h')
  const span = fc.tuple(id, fc.oneof(id, fc.constant('')), fc.integer({ min: 0, max: 5 }))
  fc.assert(
    fc.property(fc.array(span, { maxLength: 30 }), (spans) => {
      const tree = build(spans)
      expect([...tree.order].sort((a, b) => a - b)).toEqual(spans.map((_, i) => i))
      spans.forEach((_, row) => {
        const parent = tree.parent[row] as number
        if (parent < 0) return expect(tree.depth[row]).toBe(0)
        expect(parent).toBeLessThan(row)
        expect(row).toBeLessThanOrEqual(parent + (tree.descendants[parent] as number))
        return expect(tree.depth[row]).toBe((tree.depth[parent] as number) + 1)
      })
    }),
    { numRuns: 1000 },
  )
})
