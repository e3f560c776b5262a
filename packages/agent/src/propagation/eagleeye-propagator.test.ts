import { propagation, ROOT_CONTEXT } from '@opentelemetry/api'
import { describe, expect, it } from 'vitest'
import { EagleEyePropagator } from './eagleeye-propagator.ts'
import { contextOf, parentFrom, readFrom, SPAN_ID, TRACE_ID, written } from './testdata/headers.ts'

const EAGLE_ID = 'eac0a8020116974429411421021d0001'
const SPAN_LONG = '67667974448284343'

/** What a gateway of Alibaba Cloud sends on, as HTTP in Node shows it. */
const GATEWAY = {
  'eagleeye-traceid': EAGLE_ID,
  'eagleeye-rpcid': '0.2.1',
  'eagleeye-spanid': '-1207596966212570593',
  'eagleeye-pspanid': '-7254661991881594415',
  'eagleeye-sampled': 's0',
  'eagleeye-userdata': '__microservice_match_result__=[]',
}

const entriesFrom = (userData: string): Record<string, string> =>
  Object.fromEntries(
    (
      propagation.getBaggage(readFrom(new EagleEyePropagator(), { 'EagleEye-UserData': userData }))?.getAllEntries() ??
      []
    ).map(([key, { value }]) => [key, value]),
  )

describe('EagleEye', () => {
  it('of a gateway is understood', () => {
    expect(parentFrom(new EagleEyePropagator(), GATEWAY)).toBe(`${EAGLE_ID}/ef3dc0f5150f721f/0`)
    expect(parentFrom(new EagleEyePropagator(), { ...GATEWAY, 'eagleeye-sampled': 's1' })).toMatch(/\/1$/)
  })

  it('as it is spelled is understood too', () => {
    expect(parentFrom(new EagleEyePropagator(), { 'EagleEye-TraceID': EAGLE_ID, 'EagleEye-SpanID': SPAN_LONG })).toBe(
      `${EAGLE_ID}/${SPAN_ID}/1`,
    )
  })

  it('without a span id has a parent that depends on trace and place alone', () => {
    const read = (rpcId: string): string | undefined =>
      parentFrom(new EagleEyePropagator(), { 'EagleEye-TraceID': EAGLE_ID, 'EagleEye-RpcID': rpcId })
    expect(read('0.1')).toMatch(new RegExp(`^${EAGLE_ID}/[0-9a-f]{16}/1$`))
    expect(read('0.1')).toBe(read('0.1'))
    expect(read('0.1')).not.toBe(read('0.2'))
    expect(read('x')).toBe(read('0'))
    expect(read(`0${'.1'.repeat(200)}`)).toBe(read('0'))
  })

  it.each([
    ['c0a8020116974429411421021d0001', EAGLE_ID],
    [TRACE_ID.toUpperCase(), TRACE_ID],
    ['0ad1348f1403169275002100356696', 'ea0ad1348f1403169275002100356696'],
  ])('the id %j is the trace %s', (id, traceId) => {
    expect(parentFrom(new EagleEyePropagator(), { 'EagleEye-TraceID': id })?.split('/')[0]).toBe(traceId)
  })

  it.each([['0a0fe91d1403169275002100356696123456'], ['trace-of-old-kind.1']])(
    'the id %j is a trace by its digest, and goes out as it came',
    (id) => {
      const propagator = new EagleEyePropagator()
      const context = readFrom(propagator, { 'EagleEye-TraceID': id })
      expect(parentFrom(propagator, { 'EagleEye-TraceID': id })).toMatch(/^[0-9a-f]{32}\//)
      expect(written(propagator, context)['EagleEye-TraceID']).toBe(id)
    },
  )

  it.each([[''], ['1234567'], ['x'.repeat(65)], ['a b c d e f g h'], ['0'.repeat(32) + '\r\n'], ['ÄÖÜ'.repeat(9)]])(
    'the id %j is none',
    (id) => {
      expect(readFrom(new EagleEyePropagator(), { 'EagleEye-TraceID': id, 'EagleEye-RpcID': '0' })).toBe(ROOT_CONTEXT)
    },
  )

  it('gives each call the next number below the one that is served', () => {
    const propagator = new EagleEyePropagator()
    const served = readFrom(propagator, GATEWAY)
    const call = (context = served): string | undefined =>
      written(propagator, contextOf({ traceId: EAGLE_ID }, context))['EagleEye-RpcID']
    expect([call(), call(), call()]).toEqual(['0.2.1.1', '0.2.1.2', '0.2.1.3'])
    expect(call(readFrom(propagator, { ...GATEWAY, 'eagleeye-rpcid': '0.2.2' }))).toBe('0.2.2.1')
    expect(call()).toBe('0.2.1.4')
    // A trace that begins here is its own root.
    const own = contextOf({ traceId: TRACE_ID }, served)
    expect([written(propagator, own), written(propagator, own)].map((headers) => headers['EagleEye-RpcID'])).toEqual([
      '0.1',
      '0.2',
    ])
  })

  it('goes out so that it comes back', () => {
    const propagator = new EagleEyePropagator()
    const headers = written(propagator, contextOf({ traceFlags: 0 }))
    expect(headers).toEqual({
      'EagleEye-TraceID': TRACE_ID,
      'EagleEye-RpcID': '0.1',
      'EagleEye-SpanID': SPAN_LONG,
      'EagleEye-Sampled': 's0',
    })
    expect(parentFrom(propagator, headers)).toBe(`${TRACE_ID}/${SPAN_ID}/0`)
    const high = written(propagator, contextOf({ spanId: 'ef3dc0f5150f721f' }))
    expect(high['EagleEye-SpanID']).toBe('-1207596966212570593')
    expect(parentFrom(propagator, high)).toBe(`${TRACE_ID}/ef3dc0f5150f721f/1`)
  })

  it('stops counting before a header becomes endless', () => {
    const propagator = new EagleEyePropagator()
    const deep = `0${'.1'.repeat(127)}`
    const served = readFrom(propagator, { 'EagleEye-TraceID': EAGLE_ID, 'EagleEye-RpcID': deep })
    expect(written(propagator, served)['EagleEye-RpcID']).toBe(deep)
  })
})

describe('EagleEye-UserData', () => {
  it('is baggage', () => {
    expect(entriesFrom('spm-cnt=a2170.7897990.0.0&spm-url=&x=1=2&=y&z')).toEqual({
      'spm-cnt': 'a2170.7897990.0.0',
      'spm-url': '',
      x: '1=2',
    })
    expect(entriesFrom('t\u00141\u0012dyeing\u0014gray')).toEqual({ t: '1', dyeing: 'gray' })
  })

  it('goes out readable, and comes back whatever is in it', () => {
    const values = { 'spm-cnt': 'a2170.0.0', json: '[]{}:/', odd: 'a&b=c%d,e;"\\\r\n', user: 'Jürgen ☃😀' }
    const entries = Object.fromEntries(Object.entries(values).map(([key, value]) => [key, { value }]))
    const context = propagation.setBaggage(contextOf(), propagation.createBaggage(entries))
    const header = written(new EagleEyePropagator(), context)['EagleEye-UserData'] ?? ''
    expect(header).toMatch(/^spm-cnt=a2170\.0\.0&json=\[\]\{\}:\/&odd=[\x21-\x7e]+$/)
    expect(entriesFrom(header)).toEqual(values)
  })

  it('keeps to 2,048 characters', () => {
    const entries = { a: { value: 'x'.repeat(1500) }, b: { value: 'x'.repeat(600) }, c: { value: '1' } }
    const context = propagation.setBaggage(contextOf(), propagation.createBaggage(entries))
    const header = written(new EagleEyePropagator(), context)['EagleEye-UserData'] ?? ''
    expect(Object.keys(entriesFrom(header))).toEqual(['a', 'c'])
  })
})
