import { describe, expect, it } from 'vitest'
import type { SpanColumns } from '@clew/contract/traces'
import { styleFor } from './style.ts'
import { waterfallLines } from './waterfall.ts'

function columns(
  spans: { parent: number; depth: number; start: number; duration: number; error?: boolean }[],
): SpanColumns {
  return {
    offset: 0,
    spanId: spans.map((_, index) => String(index).padStart(16, '0')),
    parent: spans.map(({ parent }) => parent),
    parentSpanId: spans.map(({ parent }) => (parent === -2 ? 'ffffffffffffffff' : '')),
    depth: spans.map(({ depth }) => depth),
    descendants: spans.map(() => 0),
    service: spans.map(() => 0),
    name: spans.map(() => 0),
    kind: spans.map(() => 'server' as const),
    status: spans.map(({ error }) => (error === true ? ('error' as const) : ('unset' as const))),
    startOffsetNanos: spans.map(({ start }) => start),
    durationNanos: spans.map(({ duration }) => duration),
    eventCount: spans.map(() => 0),
    linkCount: spans.map(() => 0),
    hint: spans.map(() => ''),
  }
}

const draw = (spans: SpanColumns, durationNanos: number): string[] => [
  ...waterfallLines({ durationNanos, services: ['shop'], names: ['GET /'], spans }, 100, styleFor(false)),
]

describe('waterfallLines', () => {
  it('puts bars where the spans lie in time', () => {
    const [root, child] = draw(
      columns([
        { parent: -1, depth: 0, start: 0, duration: 1000 },
        { parent: 0, depth: 1, start: 500, duration: 250, error: true },
      ]),
      1000,
    )
    expect(root).toMatch(/^shop: GET \/ +1 µs {2}█{36} 0{16}$/)
    expect(child).toMatch(/^ {2}✗ shop: GET \/ +250 ns {2} {18}█{9} +0{15}1$/)
  })
  it('names a parent that has not arrived', () => {
    expect(draw(columns([{ parent: -2, depth: 0, start: 0, duration: 1 }]), 1)[0]).toContain(
      'parent ffffffffffffffff is missing',
    )
  })
  it('draws something for spans without length, also in a trace without length', () => {
    expect(draw(columns([{ parent: -1, depth: 0, start: 0, duration: 0 }]), 0)[0]).toContain('▏')
  })
  it('does not let depth push the name out', () => {
    expect(draw(columns([{ parent: -1, depth: 5000, start: 0, duration: 1 }]), 1)[0]).toContain('(5000)')
  })
})
