import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { NODE_HEIGHT, NODE_WIDTH, edgePixels, placeGraph, smoothPath } from './graph-layout.ts'

const red = (callsPerSecond: number) => ({
  calls: callsPerSecond * 60,
  errors: 0,
  callsPerSecond,
  errorRatio: 0,
  p50Nanos: null,
  p95Nanos: null,
  p99Nanos: null,
})
const node = (name: string) => ({ name, kind: 'service' as const, red: red(1) })
const edge = (source: string, target: string, rate = 1, kind: 'call' | 'messaging' = 'call') => ({
  source,
  target,
  kind,
  red: red(rate),
})

test('callers stand left of what they call', () => {
  const { nodes } = placeGraph([node('a'), node('b'), node('c')], [edge('a', 'b'), edge('b', 'c')])
  const x = nodes.map((one) => one.x)
  expect(x[0]).toBeLessThan(x[1] ?? 0)
  expect(x[1]).toBeLessThan(x[2] ?? 0)
})

test('two kinds of calls between the same services are two lines with labels apart', () => {
  const { edges } = placeGraph([node('a'), node('b')], [edge('a', 'b'), edge('a', 'b', 1, 'messaging')])
  expect(edges).toHaveLength(2)
  expect(edges[0]?.label).not.toEqual(edges[1]?.label)
})

test('loops, calls to oneself and edges to nowhere do no harm, and nothing overlaps', () => {
  const name = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'ghost')
  fc.assert(
    fc.property(fc.array(fc.tuple(name, name), { maxLength: 20 }), (pairs) => {
      const nodes = ['a', 'b', 'c', 'd', 'e'].map(node)
      const placed = placeGraph(
        nodes,
        pairs.map(([source, target]) => edge(source, target)),
      )
      for (const { points } of placed.edges) expect(points.length).toBeGreaterThanOrEqual(2)
      for (const [index, one] of placed.nodes.entries()) {
        expect(Number.isFinite(one.x) && Number.isFinite(one.y)).toBe(true)
        for (const other of placed.nodes.slice(index + 1)) {
          const apart = Math.abs(one.x - other.x) >= NODE_WIDTH || Math.abs(one.y - other.y) >= NODE_HEIGHT
          expect(apart).toBe(true)
        }
      }
    }),
    { numRuns: 40 },
  )
})

test('a path goes through all its points', () => {
  expect(smoothPath([])).toBe('')
  expect(
    smoothPath([
      { x: 0, y: 0 },
      { x: 10, y: 20 },
    ]),
  ).toBe('M0 0C5 0 5 20 10 20')
})

test('busy edges are thicker, on a scale that keeps rare ones visible', () => {
  const edges = [edge('a', 'b', 0.01), edge('a', 'c', 1000)]
  expect(edgePixels(0.01, edges)).toBeCloseTo(1.2)
  expect(edgePixels(1000, edges)).toBeCloseTo(6)
  expect(edgePixels(1, [edge('a', 'b', 1)])).toBe(2.5)
  expect(edgePixels(0, edges)).toBe(1.2)
})
