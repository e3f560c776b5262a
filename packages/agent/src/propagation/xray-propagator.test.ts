import { AWSXRayPropagator } from '@opentelemetry/propagator-aws-xray'
import { describe, expect, it } from 'vitest'
import { contextOf, parentFrom, readFrom, SPAN_ID, TRACE_ID, written } from './testdata/headers.ts'
import { XRayPropagator } from './xray-propagator.ts'

const ours = new XRayPropagator()
const theirs = new AWSXRayPropagator()
const ROOT = `Root=1-${TRACE_ID.slice(0, 8)}-${TRACE_ID.slice(8)}`
const PARENT = `Parent=${SPAN_ID}`

describe('X-Amzn-Trace-Id', () => {
  it.each([
    [`${ROOT};${PARENT};Sampled=1`, `${TRACE_ID}/${SPAN_ID}/1`],
    [`${ROOT};${PARENT};Sampled=0`, `${TRACE_ID}/${SPAN_ID}/0`],
    [`Sampled=1;${PARENT};${ROOT}`, `${TRACE_ID}/${SPAN_ID}/1`],
    [`Self=1-67891234-12456789abcdef012345678;${ROOT};${PARENT};Sampled=1;foo=bar`, `${TRACE_ID}/${SPAN_ID}/1`],
    [` ${ROOT} ; ${PARENT} ; Sampled=1 `, `${TRACE_ID}/${SPAN_ID}/1`],
  ])('%j is understood as the SDK does', (header, expected) => {
    expect(parentFrom(ours, { 'x-amzn-trace-id': header })).toBe(expected)
    expect(parentFrom(theirs, { 'x-amzn-trace-id': header })).toBe(expected)
  })

  it.each([[`${ROOT};${PARENT};Sampled=?`], [`${ROOT};${PARENT}`]])('%j is taken for sampled', (header) => {
    expect(parentFrom(ours, { 'x-amzn-trace-id': header })).toBe(`${TRACE_ID}/${SPAN_ID}/1`)
  })

  it.each([
    [''],
    [ROOT],
    [PARENT],
    [`${ROOT};Parent=${SPAN_ID}0`],
    [`${ROOT};Parent=${'0'.repeat(16)}`],
    [`Root=2-${TRACE_ID.slice(0, 8)}-${TRACE_ID.slice(8)};${PARENT}`],
    [`Root=1-${TRACE_ID};${PARENT}`],
    [`Root=1-00000000-${'0'.repeat(24)};${PARENT}`],
    [`${ROOT},${PARENT}`],
    [';;;=;'],
  ])('%j names no parent', (header) => {
    expect(parentFrom(ours, { 'x-amzn-trace-id': header })).toBeUndefined()
  })

  it.each([0, 1])('is written as the SDK does, flags %d', (traceFlags) => {
    const context = contextOf({ traceFlags })
    expect(written(ours, context)).toEqual(written(theirs, context))
  })

  it('hands the lineage on, for this trace only and only if it is one', () => {
    const header = { 'x-amzn-trace-id': `${ROOT};${PARENT};Sampled=1;Lineage=25:a87bd80c:0` }
    const context = readFrom(ours, header)
    expect(written(ours, context)).toEqual(header)
    expect(written(ours, contextOf({ traceId: '1'.repeat(32) }, context))['x-amzn-trace-id']).not.toContain('Lineage')
    const odd = readFrom(ours, { 'x-amzn-trace-id': `${ROOT};${PARENT};Sampled=1;Lineage=a b\u0001` })
    expect(written(ours, odd)['x-amzn-trace-id']).toBe(`${ROOT};${PARENT};Sampled=1`)
  })

  it('is found as AWS spells it too', () => {
    expect(parentFrom(ours, { 'X-Amzn-Trace-Id': `${ROOT};${PARENT};Sampled=1` })).toBe(`${TRACE_ID}/${SPAN_ID}/1`)
  })
})
