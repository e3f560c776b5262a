import { ROOT_CONTEXT, trace, TraceFlags, type Span } from '@opentelemetry/api'
import { describe, expect, it } from 'vitest'
import { exemplarFilter, ExemplarReservoir, MAX_EXEMPLARS, type ExemplarFilter } from './exemplar-reservoir.ts'

function span(spanId: string, traceFlags: TraceFlags = TraceFlags.SAMPLED): Span {
  const made = { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId, traceFlags }
  return trace.getSpan(trace.setSpanContext(ROOT_CONTEXT, made))!
}

const SAMPLED = span('00f067aa0ba902b7')
const UNSAMPLED = span('00f067aa0ba902b8', TraceFlags.NONE)

function reservoir(filter: ExemplarFilter, budget = { left: MAX_EXEMPLARS }): ExemplarReservoir {
  return new ExemplarReservoir(filter, 3, budget)
}

describe('ExemplarReservoir', () => {
  it('keeps one measurement of each bucket, and begins again when they are taken', () => {
    const kept = reservoir('trace_based')
    for (let i = 0; i < 100; i++) kept.offer(i % 2 === 0 ? 0 : 2, i, SAMPLED)
    const [first, third, ...more] = kept.take()
    expect(more).toEqual([])
    expect(first!.value % 2).toBe(0)
    expect(third!.value % 2).toBe(1)
    expect(first).toMatchObject({ traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: '00f067aa0ba902b7' })
    expect(Math.abs(Date.now() / 1000 - first!.time[0])).toBeLessThan(60)
    expect(kept.take()).toEqual([])
    kept.offer(1, 7, SAMPLED)
    expect(kept.take().map(({ value }) => value)).toEqual([7])
  })

  it('each measurement of a bucket is as likely as any other', () => {
    const kept = reservoir('trace_based', { left: Number.POSITIVE_INFINITY })
    const times = [0, 0, 0, 0]
    for (let round = 0; round < 4000; round++) {
      for (let i = 0; i < 4; i++) kept.offer(0, i, SAMPLED)
      times[kept.take()[0]!.value]!++
    }
    // 1,000 each, give or take 27; ten times that never happens by chance.
    for (const count of times) expect(Math.abs(count - 1000)).toBeLessThan(270)
  })

  it.each([
    ['trace_based', [1]],
    ['always_on', [1, 2, 3]],
  ] as const)('with %s keeps what it should', (filter, expected) => {
    const kept = reservoir(filter)
    kept.offer(0, 1, SAMPLED)
    kept.offer(1, 2, UNSAMPLED)
    kept.offer(2, 3, undefined)
    const taken = kept.take()
    expect(taken.map(({ value }) => value)).toEqual(expected)
    if (taken.length > 1) expect(taken[2]).not.toHaveProperty('traceId')
  })

  it('all series of a metric keep no more than it may', () => {
    const budget = { left: 4 }
    const series = [1, 2, 3].map(() => reservoir('trace_based', budget))
    for (const one of series) for (let bucket = 0; bucket < 3; bucket++) one.offer(bucket, 1, SAMPLED)
    expect(series.flatMap((one) => one.take())).toHaveLength(4)
  })
})

it('OTEL_METRICS_EXEMPLAR_FILTER is read as the specification says', () => {
  const read = (value?: string): string => exemplarFilter({ OTEL_METRICS_EXEMPLAR_FILTER: value })
  expect([read(), read(''), read('always_on'), read(' ALWAYS_OFF '), read('nonsense')]).toEqual([
    'trace_based',
    'trace_based',
    'always_on',
    'always_off',
    'trace_based',
  ])
})
