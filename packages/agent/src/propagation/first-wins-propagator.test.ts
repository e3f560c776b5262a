import {
  propagation,
  ROOT_CONTEXT,
  trace,
  type Context,
  type TextMapGetter,
  type TextMapPropagator,
} from '@opentelemetry/api'
import { describe, expect, it } from 'vitest'
import { B3SinglePropagator } from './b3-single-propagator.ts'
import { BaggagePropagator } from './baggage-propagator.ts'
import { FirstWinsPropagator } from './first-wins-propagator.ts'
import { JaegerPropagator } from './jaeger-propagator.ts'
import { contextOf, parentFrom, readFrom, SPAN_ID, TRACE_ID, written } from './testdata/headers.ts'
import { TraceContextPropagator } from './trace-context-propagator.ts'

const W3C = new TraceContextPropagator()
const B3 = new B3SinglePropagator()
const JAEGER = new JaegerPropagator()
const BAGGAGE = new BaggagePropagator()
const one = '1'.repeat(32)
const two = '2'.repeat(32)
const traceparent = `00-${one}-${SPAN_ID}-01`
const b3 = `${two}-${SPAN_ID}-1`

const BROKEN: TextMapPropagator = {
  inject: () => {
    throw new Error('broken')
  },
  extract: () => {
    throw new Error('broken')
  },
  fields: () => ['broken'],
}

function entriesOf(context: Context): Record<string, string> {
  const entries = propagation.getBaggage(context)?.getAllEntries() ?? []
  return Object.fromEntries(entries.map(([key, { value }]) => [key, value]))
}

describe('of several formats', () => {
  it('the first that is found gives the parent, in the order of the list', () => {
    expect(parentFrom(new FirstWinsPropagator([W3C, B3]), { traceparent, b3 })).toMatch(one)
    expect(parentFrom(new FirstWinsPropagator([B3, W3C]), { traceparent, b3 })).toMatch(two)
    expect(parentFrom(new FirstWinsPropagator([W3C, B3]), { b3 })).toMatch(two)
    expect(parentFrom(new FirstWinsPropagator([W3C, B3]), { traceparent: 'malformed', b3 })).toMatch(two)
    expect(parentFrom(new FirstWinsPropagator([W3C, B3]), {})).toBeUndefined()
  })

  it('every one is written', () => {
    expect(written(new FirstWinsPropagator([W3C, B3, JAEGER]), contextOf())).toEqual({
      traceparent: `00-${TRACE_ID}-${SPAN_ID}-01`,
      b3: `${TRACE_ID}-${SPAN_ID}-1`,
      'uber-trace-id': `${TRACE_ID}:${SPAN_ID}:0:01`,
    })
    expect(new FirstWinsPropagator([W3C, B3, W3C]).fields()).toEqual(['traceparent', 'tracestate', 'b3'])
  })

  it('a parent in the carrier replaces the span that runs here', () => {
    const context = readFrom(new FirstWinsPropagator([W3C, B3]), { b3 }, contextOf())
    expect(trace.getSpanContext(context)?.traceId).toBe(two)
    const running = contextOf()
    expect(readFrom(new FirstWinsPropagator([W3C, B3]), { b3: '0' }, running)).toBe(running)
  })

  it('baggage comes together, the first to name an entry decides on it', () => {
    const headers = { baggage: 'a=w3c,b=2', 'uberctx-a': 'jaeger', 'uberctx-c': '3', traceparent }
    const first = readFrom(new FirstWinsPropagator([W3C, BAGGAGE, JAEGER]), headers)
    expect(entriesOf(first)).toEqual({ a: 'w3c', b: '2', c: '3' })
    expect(trace.getSpanContext(first)?.traceId).toBe(one)
    const second = readFrom(new FirstWinsPropagator([JAEGER, BAGGAGE]), headers)
    expect(entriesOf(second)).toEqual({ a: 'jaeger', b: '2', c: '3' })
  })

  it('baggage of the caller replaces that of the program', () => {
    const own = propagation.setBaggage(ROOT_CONTEXT, propagation.createBaggage({ a: { value: 'own' } }))
    expect(entriesOf(readFrom(new FirstWinsPropagator([W3C, BAGGAGE]), { baggage: 'a=theirs' }, own))).toEqual({
      a: 'theirs',
    })
  })

  it('one that throws does not harm the others', () => {
    const propagator = new FirstWinsPropagator([BROKEN, W3C])
    expect(parentFrom(propagator, { traceparent })).toMatch(one)
    expect(written(propagator, contextOf())).toHaveProperty('traceparent')
    const getter: TextMapGetter<unknown> = {
      keys: () => [],
      get: () => {
        throw new Error('odd carrier')
      },
    }
    expect(propagator.extract(ROOT_CONTEXT, null, getter)).toBe(ROOT_CONTEXT)
  })

  it('none is nothing', () => {
    const propagator = new FirstWinsPropagator([])
    expect(written(propagator, contextOf())).toEqual({})
    expect(readFrom(propagator, { traceparent })).toBe(ROOT_CONTEXT)
    expect(propagator.fields()).toEqual([])
  })
})
