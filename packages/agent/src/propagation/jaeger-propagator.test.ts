import { propagation } from '@opentelemetry/api'
import { JaegerPropagator as TheirPropagator } from '@opentelemetry/propagator-jaeger'
import { describe, expect, it } from 'vitest'
import { JaegerPropagator } from './jaeger-propagator.ts'
import { contextOf, parentFrom, readFrom, SPAN_ID, TRACE_ID, written } from './testdata/headers.ts'

const ours = new JaegerPropagator()
const theirs = new TheirPropagator()
const entriesFrom = (headers: Record<string, string>): Record<string, string> =>
  Object.fromEntries(
    (propagation.getBaggage(readFrom(ours, headers))?.getAllEntries() ?? []).map(([key, { value }]) => [key, value]),
  )

describe('uber-trace-id', () => {
  it.each([
    [`${TRACE_ID}:${SPAN_ID}:0:1`, `${TRACE_ID}/${SPAN_ID}/1`],
    [`${TRACE_ID}:${SPAN_ID}:0:0`, `${TRACE_ID}/${SPAN_ID}/0`],
    [`${TRACE_ID}:${SPAN_ID}:0:01`, `${TRACE_ID}/${SPAN_ID}/1`],
    [`${TRACE_ID}:${SPAN_ID}:1234567890abcdef:3`, `${TRACE_ID}/${SPAN_ID}/1`],
    [`${TRACE_ID}%3A${SPAN_ID}%3A0%3A1`, `${TRACE_ID}/${SPAN_ID}/1`],
    [`a3ce929d0e0e4736:f067aa0ba902b7:0:1`, `0000000000000000a3ce929d0e0e4736/${SPAN_ID}/1`],
  ])('%j is understood as the SDK does', (header, expected) => {
    expect(parentFrom(ours, { 'uber-trace-id': header })).toBe(expected)
    expect(parentFrom(theirs, { 'uber-trace-id': header })?.slice(0, 50)).toBe(expected.slice(0, 50))
  })

  it.each([
    [''],
    ['1:2:3'],
    [`${TRACE_ID}:${SPAN_ID}:0:1:1`],
    [`${TRACE_ID}0:${SPAN_ID}:0:1`],
    [`${TRACE_ID}:${SPAN_ID}0:0:1`],
    [`:${SPAN_ID}:0:1`],
    [`${TRACE_ID}::0:1`],
    [`0:0:0:0`],
    [`${TRACE_ID}:${SPAN_ID}:0:`],
    [`${TRACE_ID}:${SPAN_ID}:0:x`],
    [`${TRACE_ID}:${SPAN_ID}:0:-1`],
    [`${'x'.repeat(32)}:${SPAN_ID}:0:1`],
  ])('%j names no parent', (header) => {
    expect(parentFrom(ours, { 'uber-trace-id': header })).toBeUndefined()
  })

  it.each([0, 1])('is written as the SDK does, flags %d', (traceFlags) => {
    const context = contextOf({ traceFlags })
    expect(written(ours, context)).toEqual(written(theirs, context))
  })

  it('hands the debug flag on', () => {
    const header = { 'uber-trace-id': `${TRACE_ID}:${SPAN_ID}:0:03` }
    expect(written(ours, readFrom(ours, header))).toEqual(header)
    expect(written(ours, readFrom(ours, { 'uber-trace-id': `${TRACE_ID}:${SPAN_ID}:0:2` }))).toEqual(header)
  })
})

describe('uberctx-', () => {
  it('is baggage, with or without a span', () => {
    expect(
      entriesFrom({ 'uberctx-user': 'J%C3%BCrgen', 'UberCtx-Tenant': 'a b', 'uberctx-': 'x', other: '1' }),
    ).toEqual({
      user: 'Jürgen',
      Tenant: 'a b',
    })
    expect(entriesFrom({ 'jaeger-baggage': 'a=1, b = x%20y ,c,=d' })).toEqual({ a: '1', b: 'x y' })
  })

  it('is written so that it can be a header, and so that the SDK reads it', () => {
    const baggage = propagation.createBaggage({ user: { value: 'Jürgen\r\n' }, 'a b(c)': { value: '1' } })
    const headers = written(ours, propagation.setBaggage(contextOf(), baggage))
    expect(headers).toMatchObject({ 'uberctx-user': 'J%C3%BCrgen%0D%0A', 'uberctx-a%20b%28c%29': '1' })
    expect(entriesFrom(headers)).toEqual({ user: 'Jürgen\r\n', 'a b(c)': '1' })
    expect(propagation.getBaggage(readFrom(theirs, headers))?.getEntry('user')?.value).toBe('Jürgen\r\n')
  })
})
