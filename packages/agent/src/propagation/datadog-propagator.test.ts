import { describe, expect, it } from 'vitest'
import { DatadogPropagator } from './datadog-propagator.ts'
import { contextOf, parentFrom, readFrom, SPAN_ID, TRACE_ID, written } from './testdata/headers.ts'

const propagator = new DatadogPropagator()

// 4bf92f3577b34da6 a3ce929d0e0e4736 and 00f067aa0ba902b7 in decimal.
const ids = { 'x-datadog-trace-id': '11803532876627986230', 'x-datadog-parent-id': '67667974448284343' }
const UPPER = '_dd.p.tid=4bf92f3577b34da6'
const NARROW = `0000000000000000${TRACE_ID.slice(16)}`

describe('x-datadog-*', () => {
  it.each([
    [{ ...ids, 'x-datadog-sampling-priority': '1', 'x-datadog-tags': UPPER }, `${TRACE_ID}/${SPAN_ID}/1`],
    [{ ...ids, 'x-datadog-sampling-priority': '2', 'x-datadog-tags': UPPER }, `${TRACE_ID}/${SPAN_ID}/1`],
    [{ ...ids, 'x-datadog-sampling-priority': '0', 'x-datadog-tags': UPPER }, `${TRACE_ID}/${SPAN_ID}/0`],
    [{ ...ids, 'x-datadog-sampling-priority': '-1', 'x-datadog-tags': UPPER }, `${TRACE_ID}/${SPAN_ID}/0`],
    [{ ...ids, 'x-datadog-sampling-priority': '1' }, `${NARROW}/${SPAN_ID}/1`],
    [{ ...ids, 'x-datadog-sampling-priority': '1', 'x-datadog-tags': '_dd.p.tid=XYZ' }, `${NARROW}/${SPAN_ID}/1`],
    [{ ...ids, 'x-datadog-sampling-priority': '1', 'x-datadog-tags': `${UPPER}0` }, `${NARROW}/${SPAN_ID}/1`],
    [{ ...ids, 'x-datadog-sampling-priority': '1', 'x-datadog-tags': 'x'.repeat(513) }, `${NARROW}/${SPAN_ID}/1`],
    [{ ...ids, 'x-datadog-sampling-priority': 'high' }, `${NARROW}/${SPAN_ID}/1`],
    [ids, `${NARROW}/${SPAN_ID}/1`],
    [
      { 'x-datadog-trace-id': '18446744073709551615', 'x-datadog-parent-id': '1', 'x-datadog-sampling-priority': '1' },
      `0000000000000000${'f'.repeat(16)}/0000000000000001/1`,
    ],
  ])('%j', (headers, expected) => {
    expect(parentFrom(propagator, headers)).toBe(expected)
  })

  it.each([
    [{ 'x-datadog-trace-id': '1' }],
    [{ 'x-datadog-parent-id': '1' }],
    [{ ...ids, 'x-datadog-trace-id': '0' }],
    [{ ...ids, 'x-datadog-parent-id': '0' }],
    [{ ...ids, 'x-datadog-trace-id': '18446744073709551616' }],
    [{ ...ids, 'x-datadog-trace-id': '-1' }],
    [{ ...ids, 'x-datadog-trace-id': '1e3' }],
    [{ ...ids, 'x-datadog-trace-id': '0x10' }],
    [{ ...ids, 'x-datadog-trace-id': '9'.repeat(400) }],
    [{ ...ids, 'x-datadog-parent-id': ' ' }],
  ])('%j names no parent', (headers) => {
    expect(parentFrom(propagator, headers)).toBeUndefined()
  })

  it('are written with the upper half of the id among the tags', () => {
    expect(written(propagator, contextOf())).toEqual({
      ...ids,
      'x-datadog-sampling-priority': '1',
      'x-datadog-tags': UPPER,
    })
    expect(written(propagator, contextOf({ traceId: NARROW, traceFlags: 0 }))).toEqual({
      ...ids,
      'x-datadog-sampling-priority': '0',
    })
  })

  it('hand on priority, origin and propagated tags', () => {
    const headers = {
      ...ids,
      'x-datadog-sampling-priority': '2',
      'x-datadog-origin': 'synthetics',
      'x-datadog-tags': `${UPPER},_dd.p.dm=-4,_dd.p.usr.id=YQ==`,
    }
    const context = readFrom(propagator, {
      ...headers,
      'x-datadog-tags': `other=1,${headers['x-datadog-tags']},_dd.p.x`,
    })
    expect(written(propagator, context)).toEqual(headers)
    // Not to another trace, and not the priority of a decision that has been overruled.
    expect(written(propagator, contextOf({ traceId: NARROW }, context))).toEqual({
      ...ids,
      'x-datadog-sampling-priority': '1',
    })
    expect(written(propagator, contextOf({ traceFlags: 0 }, context))).toMatchObject({
      'x-datadog-sampling-priority': '0',
    })
  })

  it('keep to 512 characters of tags: the id comes first', () => {
    const tags = `_dd.p.a=${'x'.repeat(490)}`
    const context = readFrom(propagator, { ...ids, 'x-datadog-tags': tags })
    expect(written(propagator, context)['x-datadog-tags']).toBe(tags)
    const wide = readFrom(propagator, { ...ids, 'x-datadog-tags': `${UPPER},${tags.slice(0, 480)}` })
    expect(written(propagator, wide)['x-datadog-tags']).toHaveLength(UPPER.length + 481)
  })

  it('never carry an origin that would break a header', () => {
    const context = readFrom(propagator, {
      ...ids,
      'x-datadog-origin': 'a\r\nb: c',
      'x-datadog-tags': '_dd.p.x=\u0007',
    })
    const headers = written(propagator, context)
    expect(headers).not.toHaveProperty('x-datadog-origin')
    expect(headers).not.toHaveProperty('x-datadog-tags')
  })
})
