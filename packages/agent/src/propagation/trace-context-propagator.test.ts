import { ROOT_CONTEXT, trace, type TextMapGetter } from '@opentelemetry/api'
import { suppressTracing, W3CTraceContextPropagator } from '@opentelemetry/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { TraceContextPropagator } from './trace-context-propagator.ts'
import { contextOf, parentFrom, readFrom, SPAN_ID, TRACE_ID, written } from './testdata/headers.ts'

const ours = new TraceContextPropagator()
const theirs = new W3CTraceContextPropagator()
const VALID = `00-${TRACE_ID}-${SPAN_ID}-01`

describe('traceparent', () => {
  it.each([
    [VALID, 1],
    [`00-${TRACE_ID}-${SPAN_ID}-00`, 0],
    [`00-${TRACE_ID}-${SPAN_ID}-02`, 2],
    [`00-${TRACE_ID}-${SPAN_ID}-03`, 3],
    [`00-${TRACE_ID}-${SPAN_ID}-ff`, 3],
    [`00-${TRACE_ID}-${SPAN_ID}-fc`, 0],
    [` \t${VALID}\t `, 1],
    [`cc-${TRACE_ID}-${SPAN_ID}-01`, 1],
    [`01-${TRACE_ID}-${SPAN_ID}-00-more-of-a-later-version`, 0],
    [`fe-${TRACE_ID}-${SPAN_ID}-03-`, 3],
  ])('%j is a parent with flags %d', (traceparent, flags) => {
    expect(parentFrom(ours, { traceparent })).toBe(`${TRACE_ID}/${SPAN_ID}/${flags}`)
  })

  it.each([
    [''],
    ['00'],
    [`ff-${TRACE_ID}-${SPAN_ID}-01`],
    [`0-${TRACE_ID}-${SPAN_ID}-01`],
    [`000-${TRACE_ID}-${SPAN_ID}-01`],
    [`0G-${TRACE_ID}-${SPAN_ID}-01`],
    [`CC-${TRACE_ID}-${SPAN_ID}-01`],
    [`${VALID}-`],
    [`${VALID}.`],
    [`${VALID}-later`],
    [`cc-${TRACE_ID}-${SPAN_ID}-01.later`],
    [`cc-${TRACE_ID}-${SPAN_ID}-011`],
    [`00-${'0'.repeat(32)}-${SPAN_ID}-01`],
    [`00-${TRACE_ID}-${'0'.repeat(16)}-01`],
    [`00-${TRACE_ID.toUpperCase()}-${SPAN_ID}-01`],
    [`00-${TRACE_ID}-${SPAN_ID.toUpperCase()}-01`],
    [`00-${TRACE_ID}-${SPAN_ID}-0A`],
    [`00-${TRACE_ID}-${SPAN_ID}-.1`],
    [`00-${TRACE_ID.slice(1)}-${SPAN_ID}-01`],
    [`00-${TRACE_ID}0-${SPAN_ID}-01`],
    [`00-${TRACE_ID}-${SPAN_ID.slice(1)}-01`],
    [`00-${TRACE_ID}-${SPAN_ID}0-01`],
    [`00-${TRACE_ID}-${SPAN_ID}-1`],
    [`00_${TRACE_ID}_${SPAN_ID}_01`],
    [`${VALID}, ${VALID}`],
    [VALID.replaceAll('-', ' ')],
  ])('%j starts a new trace', (traceparent) => {
    expect(parentFrom(ours, { traceparent, tracestate: 'a=1' })).toBeUndefined()
  })

  it('twice in a list counts once if it is the same, and not at all if it is not', () => {
    expect(parentFrom(ours, { traceparent: [VALID, VALID] })).toBe(`${TRACE_ID}/${SPAN_ID}/1`)
    expect(parentFrom(ours, { traceparent: [VALID, VALID.replace('-01', '-00')] })).toBeUndefined()
    expect(parentFrom(ours, { traceparent: [] })).toBeUndefined()
    expect(parentFrom(ours, { traceparent: 7 })).toBeUndefined()
  })

  it('goes out in version 00 with the ids of the span and the flags of level 2', () => {
    expect(written(ours, contextOf())).toEqual({ traceparent: VALID })
    expect(written(ours, contextOf({ traceFlags: 0xfe }))).toEqual({ traceparent: `00-${TRACE_ID}-${SPAN_ID}-02` })
  })

  it('does not go out without a valid span, nor for what the agent itself sends', () => {
    expect(written(ours, ROOT_CONTEXT)).toEqual({})
    expect(written(ours, contextOf({ traceId: '0'.repeat(32) }))).toEqual({})
    expect(written(ours, contextOf({ spanId: 'x' }))).toEqual({})
    expect(written(ours, suppressTracing(contextOf()))).toEqual({})
  })

  it.each([0, 1, 2, 3])(
    'keeps the random flag of flags %d through a tracer that knows the sampled one only',
    (flags) => {
      const parent = trace.getSpanContext(readFrom(ours, { traceparent: `00-${TRACE_ID}-${SPAN_ID}-0${flags}` }))
      const child = { spanId: '1'.repeat(16), traceFlags: flags & 1, traceState: parent?.traceState }
      const { traceState, ...plain } = child
      const headers = written(ours, contextOf(traceState === undefined ? plain : { ...plain, traceState }))
      expect(headers).toEqual({ traceparent: `00-${TRACE_ID}-${'1'.repeat(16)}-0${flags}` })
    },
  )
})

describe('tracestate', () => {
  const stateFrom = (tracestate: unknown): string | undefined =>
    trace.getSpanContext(readFrom(ours, { traceparent: VALID, tracestate }))?.traceState?.serialize()

  it('in several headers is one list', () => {
    expect(stateFrom(['a=1,b=2', '', 'c=3'])).toBe('a=1,b=2,c=3')
    expect(stateFrom('a=1, b=2')).toBe('a=1,b=2')
  })

  it('that is malformed leaves the parent alone and is not sent', () => {
    expect(stateFrom('a=1,B=2')).toBe('')
    expect(written(ours, readFrom(ours, { traceparent: VALID, tracestate: 'B=2' }))).toEqual({ traceparent: VALID })
  })

  it('without a traceparent means nothing', () => {
    expect(readFrom(ours, { tracestate: 'a=1' })).toBe(ROOT_CONTEXT)
  })

  it('goes out as it came in', () => {
    const headers = { traceparent: VALID, tracestate: 'a=1,b=2' }
    expect(written(ours, readFrom(ours, headers))).toEqual(headers)
  })
})

describe('next to the OpenTelemetry SDK', () => {
  const hex = (length: number): fc.Arbitrary<string> =>
    fc.string({ unit: fc.constantFrom(...Array.from('0123456789abcdef')), minLength: length, maxLength: length })

  it('each reads what the other writes', () => {
    fc.assert(
      fc.property(hex(32), hex(16), fc.integer({ min: 0, max: 1 }), (traceId, spanId, traceFlags) => {
        const context = contextOf({ traceId, spanId, traceFlags })
        expect(written(ours, context)).toEqual(written(theirs, context))
        expect(parentFrom(ours, written(theirs, context))).toBe(parentFrom(theirs, written(ours, context)))
      }),
    )
  })

  it('never throws, and takes nothing for a parent that the SDK does not', () => {
    const part = fc.oneof(hex(2), hex(16), hex(32), fc.constantFrom('00', '01', 'ff', TRACE_ID, SPAN_ID), fc.string())
    fc.assert(
      fc.property(fc.array(part, { maxLength: 6 }), fc.string(), (parts, tracestate) => {
        const headers = { traceparent: parts.join('-'), tracestate }
        const found = parentFrom(ours, headers)
        if (found !== undefined) expect(parentFrom(theirs, headers)?.slice(0, 49)).toBe(found.slice(0, 49))
      }),
    )
  })
})

it('asks for a header as it is spelled and in lower case', () => {
  const asked: string[] = []
  const getter: TextMapGetter<null> = { keys: () => [], get: (_carrier, key) => void asked.push(key) }
  ours.extract(ROOT_CONTEXT, null, getter)
  expect(asked).toEqual(['traceparent'])
  expect(ours.fields()).toEqual(['traceparent', 'tracestate'])
})
