import { describe, expect, test } from 'vitest'
import fc from 'fast-check'
import { criticalPath } from './critical-path.ts'
import { selfTimes } from './self-time.ts'
import { traceWindow, type TestSpan } from './testdata/trace-window.ts'
import { errorRows, errorsBelow, nextOf, servicesOf } from './trace-facts.ts'
import { ancestorsOf, buildTraceModel, endOf, rowOfSpan, type TraceModel } from './trace-model.ts'
import { collapseBelow, entriesOfService, indexOfRow, visibleRows } from './visible-rows.ts'

const model = (spans: readonly TestSpan[]): TraceModel => buildTraceModel([traceWindow(spans)]) as TraceModel

/** root 0..100: a 10..40 (a1 15..35), b 30..90 (b1 50..120, sticks out), c 92..96 */
const SHOP: readonly TestSpan[] = [
  { id: 'root', service: 'shop', start: 0, duration: 100 },
  { id: 'a', parent: 'root', service: 'shop', start: 10, duration: 30 },
  { id: 'a1', parent: 'a', service: 'db', start: 15, duration: 20, error: true },
  { id: 'b', parent: 'root', service: 'pay', start: 30, duration: 60 },
  { id: 'b1', parent: 'b', service: 'pay', start: 50, duration: 70 },
  { id: 'c', parent: 'root', service: 'shop', start: 92, duration: 4 },
]

const anyTrace = fc
  .array(fc.record({ parent: fc.nat(), start: fc.nat(1000), duration: fc.nat(1000), error: fc.boolean() }), {
    minLength: 1,
    maxLength: 60,
  })
  .map((seeds) =>
    seeds.map(({ parent, ...span }, i): TestSpan => ({
      id: `s${i}`,
      ...(i === 0 || parent % 7 === 0 ? {} : { parent: `s${parent % i}` }),
      ...span,
    })),
  )

test('windows that number names in their own way come together', () => {
  const whole = model(SHOP)
  const parts = buildTraceModel([
    traceWindow(SHOP, 0, 2),
    traceWindow(SHOP, 2, 3),
    traceWindow(SHOP, 5, 1),
  ]) as TraceModel
  expect(parts.loaded).toBe(6)
  for (let row = 0; row < 6; row++) {
    expect(parts.services[parts.service[row] as number]).toBe(whole.services[whole.service[row] as number])
    expect(parts.names[parts.name[row] as number]).toBe(whole.names[whole.name[row] as number])
    expect(parts.parent[row]).toBe(whole.parent[row])
  }
})

test('a trace that has not arrived whole shows what is there', () => {
  const part = buildTraceModel([traceWindow(SHOP, 0, 3)]) as TraceModel
  expect([part.loaded, part.spanCount]).toEqual([3, 6])
  expect([...visibleRows(part, new Set())]).toEqual([0, 1, 2])
  expect(rowOfSpan(part, 'c')).toBe(-1)
  expect(criticalPath(part).perRow.length).toBe(3)
})

describe('folding', () => {
  test('hides subtrees and finds hidden rows at their folded ancestor', () => {
    const shown = visibleRows(model(SHOP), new Set([1, 3]))
    expect([...shown]).toEqual([0, 1, 3, 5])
    expect(indexOfRow(shown, 3)).toBe(2)
    expect(indexOfRow(shown, 4)).toBe(2)
  })
  test('by depth and by service', () => {
    expect([...collapseBelow(model(SHOP), 1)]).toEqual([1, 3])
    expect(entriesOfService(model(SHOP), model(SHOP).services.indexOf('pay'))).toEqual([3])
    expect(entriesOfService(model(SHOP), model(SHOP).services.indexOf('shop'))).toEqual([0])
  })
})

test('self time counts overlapping children once and what sticks out not at all', () => {
  // root: children cover 10..90 and 92..96; b: b1 covers 50..90.
  expect([...selfTimes(model(SHOP))]).toEqual([16, 10, 20, 20, 70, 4])
})

test('the critical path walks back from the end', () => {
  const path = criticalPath(model(SHOP))
  const rows = [...path.perRow]
  // c 92..96 and root around it, b up to 90 of which b1 50..90, before 30 a until 30 with a1 15..30.
  expect(rows).toEqual([10 + 2 + 4, 5, 15, 20, 40, 4])
  expect(rows.reduce((sum, nanos) => sum + nanos, 0)).toBe(100)
})

test('self time and critical path hold for any trace', () => {
  fc.assert(
    fc.property(anyTrace, (spans) => {
      const trace = model(spans)
      const self = selfTimes(trace)
      const path = criticalPath(trace)
      const segments: [number, number][] = []
      for (let row = 0; row < trace.loaded; row++) {
        expect(self[row]).toBeGreaterThanOrEqual(0)
        expect(self[row]).toBeLessThanOrEqual(trace.duration[row] as number)
        for (let i = path.firstOfRow[row] as number; i < (path.firstOfRow[row + 1] as number); i++) {
          expect(path.start[i]).toBeGreaterThanOrEqual(trace.start[row] as number)
          expect(path.end[i]).toBeLessThanOrEqual(endOf(trace, row))
          segments.push([path.start[i] as number, path.end[i] as number])
        }
      }
      segments.sort((a, b) => a[0] - b[0])
      for (let i = 1; i < segments.length; i++)
        expect(segments[i]?.[0]).toBeGreaterThanOrEqual(segments[i - 1]?.[1] as number)
    }),
  )
})

test('very deep and very wide traces are no problem', () => {
  const deep = Array.from({ length: 5000 }, (_, i): TestSpan => ({
    id: `s${i}`,
    ...(i === 0 ? {} : { parent: `s${i - 1}` }),
    start: i,
    duration: 10_000 - 2 * i,
  }))
  const windows = traceWindow([{ id: 's0', start: 0, duration: 10_000 }])
  const spans = {
    ...windows.spans,
    spanId: deep.map((span) => span.id),
    parent: deep.map((_, i) => i - 1),
    depth: deep.map((_, i) => i),
    descendants: deep.map((_, i) => deep.length - 1 - i),
    service: deep.map(() => 0),
    name: deep.map(() => 0),
    kind: deep.map(() => 'internal' as const),
    status: deep.map(() => 'unset' as const),
    startOffsetNanos: deep.map((span) => span.start),
    durationNanos: deep.map((span) => span.duration),
    eventCount: deep.map(() => 0),
    linkCount: deep.map(() => 0),
    hint: deep.map(() => ''),
    parentSpanId: deep.map(() => ''),
  }
  const trace = buildTraceModel([{ ...windows, spanCount: deep.length, spans }]) as TraceModel
  expect(criticalPath(trace).perRow.reduce((sum, nanos) => sum + nanos, 0)).toBe(10_000)
  expect(ancestorsOf(trace, 4999)).toHaveLength(4999)
})

test('facts', () => {
  const trace = model(SHOP)
  expect(servicesOf(trace).map(({ name, spanCount, errorCount }) => [name, spanCount, errorCount])).toEqual([
    ['shop', 3, 0],
    ['pay', 2, 0],
    ['db', 1, 1],
  ])
  expect(errorRows(trace)).toEqual([2])
  expect([...errorsBelow(trace)]).toEqual([1, 1, 0, 0, 0, 0])
})

test('next and previous go round', () => {
  expect([nextOf([2, 5], 2, 1), nextOf([2, 5], 5, 1), nextOf([2, 5], 2, -1), nextOf([], 0, 1)]).toEqual([
    5,
    2,
    5,
    undefined,
  ])
})
