import { B3InjectEncoding, B3Propagator } from '@opentelemetry/propagator-b3'
import { describe, expect, it } from 'vitest'
import { B3MultiPropagator } from './b3-multi-propagator.ts'
import { B3SinglePropagator } from './b3-single-propagator.ts'
import { contextOf, parentFrom, readFrom, SPAN_ID, TRACE_ID, written } from './testdata/headers.ts'

const single = new B3SinglePropagator()
const multi = new B3MultiPropagator()
const theirSingle = new B3Propagator()
const theirMulti = new B3Propagator({ injectEncoding: B3InjectEncoding.MULTI_HEADER })
const NARROW = 'a3ce929d0e0e4736'
const ids = { 'x-b3-traceid': TRACE_ID, 'x-b3-spanid': SPAN_ID }

describe('B3', () => {
  it.each([
    [{ b3: `${TRACE_ID}-${SPAN_ID}-1` }, `${TRACE_ID}/${SPAN_ID}/1`],
    [{ b3: `${TRACE_ID}-${SPAN_ID}-0` }, `${TRACE_ID}/${SPAN_ID}/0`],
    [{ b3: `${TRACE_ID}-${SPAN_ID}-d` }, `${TRACE_ID}/${SPAN_ID}/1`],
    [{ b3: `${TRACE_ID}-${SPAN_ID}-1-05e3ac9a4f6e3b90` }, `${TRACE_ID}/${SPAN_ID}/1`],
    [{ b3: `${NARROW}-${SPAN_ID}-1` }, `${NARROW.padStart(32, '0')}/${SPAN_ID}/1`],
    [{ b3: `${TRACE_ID.toUpperCase()}-${SPAN_ID.toUpperCase()}-1` }, `${TRACE_ID}/${SPAN_ID}/1`],
    [{ ...ids, 'x-b3-sampled': '1' }, `${TRACE_ID}/${SPAN_ID}/1`],
    [{ ...ids, 'x-b3-sampled': '0' }, `${TRACE_ID}/${SPAN_ID}/0`],
    [{ ...ids, 'x-b3-sampled': 'true' }, `${TRACE_ID}/${SPAN_ID}/1`],
    [{ ...ids, 'x-b3-sampled': 'false' }, `${TRACE_ID}/${SPAN_ID}/0`],
    [{ ...ids, 'x-b3-flags': '1' }, `${TRACE_ID}/${SPAN_ID}/1`],
    [{ ...ids, 'x-b3-traceid': NARROW, 'x-b3-sampled': '1' }, `${NARROW.padStart(32, '0')}/${SPAN_ID}/1`],
    [{ ...ids, 'x-b3-sampled': '1', 'x-b3-parentspanid': '05e3ac9a4f6e3b90' }, `${TRACE_ID}/${SPAN_ID}/1`],
  ])('%j is understood as the SDK does', (headers, expected) => {
    expect(parentFrom(single, headers)).toBe(expected)
    expect(parentFrom(multi, headers)).toBe(expected)
    const lower = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, value.toLowerCase()]))
    expect(parentFrom(theirMulti, lower)).toBe(expected)
  })

  it.each([[{ b3: `${TRACE_ID}-${SPAN_ID}` }], [ids]])(
    '%j leaves the decision open, and is taken for sampled',
    (headers) => {
      expect(parentFrom(single, headers)).toBe(`${TRACE_ID}/${SPAN_ID}/1`)
    },
  )

  it.each([
    [{ b3: '0' }],
    [{ b3: 'd' }],
    [{ b3: '' }],
    [{ b3: TRACE_ID }],
    [{ b3: `${TRACE_ID}-${SPAN_ID}-2` }],
    [{ b3: `${TRACE_ID}-${SPAN_ID}-1-` }],
    [{ b3: `${TRACE_ID}-${SPAN_ID}-1-1234` }],
    [{ b3: `${TRACE_ID}0-${SPAN_ID}-1` }],
    [{ b3: `${TRACE_ID.slice(2)}-${SPAN_ID}-1` }],
    [{ b3: `${'0'.repeat(32)}-${SPAN_ID}-1` }],
    [{ b3: `${TRACE_ID}-${'0'.repeat(16)}-1` }],
    [{ 'x-b3-traceid': TRACE_ID }],
    [{ 'x-b3-spanid': SPAN_ID }],
    [{ ...ids, 'x-b3-traceid': 'g'.repeat(32) }],
    [{ ...ids, 'x-b3-spanid': '12' }],
  ])('%j names no parent', (headers) => {
    expect(parentFrom(single, headers)).toBeUndefined()
    expect(parentFrom(multi, headers)).toBeUndefined()
  })

  it('prefers the single header, and falls back on the others', () => {
    const others = { 'x-b3-traceid': '1'.repeat(32), 'x-b3-spanid': '2'.repeat(16), 'x-b3-sampled': '1' }
    expect(parentFrom(multi, { ...others, b3: `${TRACE_ID}-${SPAN_ID}-0` })).toBe(`${TRACE_ID}/${SPAN_ID}/0`)
    expect(parentFrom(single, { ...others, b3: '0' })).toBe(`${'1'.repeat(32)}/${'2'.repeat(16)}/1`)
  })

  it.each([0, 1])('is written as the SDK does, flags %d', (traceFlags) => {
    const context = contextOf({ traceFlags })
    expect(written(single, context)).toEqual(written(theirSingle, context))
    const { 'x-b3-sampled': sampled, ...rest } = written(multi, context)
    expect({ ...rest, 'x-b3-sampled': sampled }).toEqual(written(theirMulti, context))
    expect(parentFrom(theirSingle, written(single, context))).toBe(parentFrom(single, written(theirSingle, context)))
    expect(parentFrom(theirMulti, written(multi, context))).toBe(parentFrom(multi, written(theirMulti, context)))
  })

  it('hands the debug flag on, in either form', () => {
    const context = readFrom(multi, { ...ids, 'x-b3-flags': '1' })
    expect(written(single, context)).toEqual({ b3: `${TRACE_ID}-${SPAN_ID}-d` })
    expect(written(multi, context)).toEqual({ ...ids, 'x-b3-flags': '1' })
    // Not to another trace that begins under the same context.
    const other = contextOf({ traceId: '1'.repeat(32) }, context)
    expect(written(single, other)).toEqual({ b3: `${'1'.repeat(32)}-${SPAN_ID}-1` })
  })
})
