import { defaultTextMapGetter, defaultTextMapSetter, propagation, ROOT_CONTEXT, trace } from '@opentelemetry/api'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createPropagator } from './create-propagator.ts'
import { PROPAGATORS } from './registry.ts'
import { contextOf, parentFrom, readFrom, SPAN_ID, TRACE_ID, written } from './testdata/headers.ts'

const reports: string[] = []
const report = (message: string): void => void reports.push(message)
const named = (names?: string, env: Record<string, string> = {}): ReturnType<typeof createPropagator> =>
  createPropagator({
    env: { ...env, ...(names === undefined ? {} : { OTEL_PROPAGATORS: names }) },
    serviceName: 'till',
    report,
  })

const IDS = { serviceName: 'till', instanceName: '1@host' }

/** What a real request could bring, whole, cut and bent, under every name that is looked for. */
const NAMES = [...PROPAGATORS.values()].flatMap((create) => create(IDS).fields())
const PREFIXED = ['uberctx-a', 'ot-baggage-a', 'jaeger-baggage']
const PIECES = [
  TRACE_ID,
  SPAN_ID,
  '00',
  '01',
  '-',
  ':',
  ';',
  ',',
  '=',
  '&',
  '%',
  '%41',
  'Root=1-',
  'Parent=',
  'Sampled=1',
]

describe('OTEL_PROPAGATORS', () => {
  it.each([
    [undefined, ['traceparent', 'tracestate', 'baggage']],
    [' ', ['traceparent', 'tracestate', 'baggage']],
    ['b3', ['b3']],
    ['b3, tracecontext', ['b3', 'traceparent', 'tracestate']],
    ['B3,b3,,', ['b3']],
    ['b3multi', ['x-b3-traceid', 'x-b3-spanid', 'x-b3-parentspanid', 'x-b3-sampled', 'x-b3-flags']],
    ['jaeger,xray', ['uber-trace-id', 'x-amzn-trace-id']],
    ['none', []],
    ['tracecontext,none', []],
  ])('%j reads and writes %j', (names, fields) => {
    expect(named(names).fields()).toEqual(fields)
    expect(reports.splice(0)).toEqual([])
  })

  it('with a name nobody knows says so and uses the others', () => {
    expect(named('zipkin,b3').fields()).toEqual(['b3'])
    expect(reports.splice(0)).toEqual([expect.stringMatching(/"zipkin".*tracecontext, baggage, b3, .*eagleeye/)])
  })

  it.each([
    [{ OTEL_SERVICE_NAME: 'from-env' }, 'from-env'],
    [{ OTEL_RESOURCE_ATTRIBUTES: 'a=b, service.name = from-attributes ,c=d' }, 'from-attributes'],
    [{}, 'unknown_service:node'],
  ])('tells SkyWalking the name of the service: %j', (env, name) => {
    const propagator = createPropagator({
      env: { ...env, OTEL_PROPAGATORS: 'skywalking' },
      serviceName: undefined,
      report,
    })
    const service = written(propagator, contextOf())['sw8']?.split('-')[4] ?? ''
    expect(Buffer.from(service, 'base64').toString()).toBe(name)
  })
})

const DIGITS = Array.from('0123456789abcdef')
const TRACING = [...PROPAGATORS.keys()].filter((name) => name !== 'baggage')
const hex = (length: number): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(...DIGITS), minLength: length, maxLength: length }).filter((id) => /[^0]/.test(id))

describe.each(TRACING)('%s', (name) => {
  const propagator = named(name)

  it('brings every span to the other side', () => {
    fc.assert(
      fc.property(hex(32), hex(16), fc.integer({ min: 0, max: 1 }), (wide, spanId, traceFlags) => {
        // These ids have 64 bits there.
        const traceId = name === 'ottrace' ? wide.slice(16).padStart(32, '0') : wide
        if (!/[^0]/.test(traceId)) return
        // Datadog takes a lower half of zeros for no id at all.
        if (name === 'datadog' && !/[^0]/.test(traceId.slice(16))) return
        const headers = written(propagator, contextOf({ traceId, spanId, traceFlags }))
        for (const value of Object.values(headers)) expect(value).toMatch(/^[\x20-\x7e]+$/)
        expect(parentFrom(propagator, headers)).toBe(`${traceId}/${spanId}/${traceFlags}`)
      }),
    )
  })

  it('brings it through HTTP, which spells all names in lower case', () => {
    const headers = Object.entries(written(propagator, contextOf())).map(([key, value]) => [key.toLowerCase(), value])
    const traceId = name === 'ottrace' ? TRACE_ID.slice(16).padStart(32, '0') : TRACE_ID
    expect(parentFrom(propagator, Object.fromEntries(headers))).toBe(`${traceId}/${SPAN_ID}/1`)
  })

  it('writes nothing without a span', () => {
    expect(written(propagator, ROOT_CONTEXT)).toEqual({})
    expect(written(propagator, contextOf({ spanId: '0'.repeat(16) }))).toEqual({})
  })
})

it.each(['baggage', 'jaeger', 'ottrace', 'skywalking', 'eagleeye'])('%s brings baggage to the other side', (name) => {
  const values = { 'user.id': 'Jürgen ☃', tenant: 'a=b&c,d;e' }
  const entries = Object.fromEntries(Object.entries(values).map(([key, value]) => [key, { value }]))
  const propagator = named(name)
  const headers = written(propagator, propagation.setBaggage(contextOf(), propagation.createBaggage(entries)))
  const found = propagation.getBaggage(readFrom(propagator, headers))?.getAllEntries()
  expect(Object.fromEntries(found?.map(([key, { value }]) => [key, value]) ?? [])).toEqual(values)
})

it('all formats together survive whatever comes in: no throw, valid ids only, headers that can be sent', () => {
  const all = named([...PROPAGATORS.keys()].join(','))
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(fc.constantFrom(...PIECES)).map((parts) => parts.join('')),
  )
  const value = fc.oneof(text, fc.array(text, { maxLength: 3 }), fc.constant(null), fc.integer())
  const headers = fc.dictionary(fc.constantFrom(...NAMES, ...PREFIXED), value, { maxKeys: 12 })
  const sample = written(all, contextOf())
  const mixed = fc.tuple(headers, fc.subarray(Object.keys(sample))).map(([odd, kept]) => ({
    ...Object.fromEntries(kept.map((key) => [key, sample[key]])),
    ...odd,
  }))
  fc.assert(
    fc.property(mixed, (carrier) => {
      // Each on its own too: an exception would be swallowed by the one that holds them.
      for (const create of PROPAGATORS.values()) {
        const format = create(IDS)
        const context = format.extract(ROOT_CONTEXT, carrier, defaultTextMapGetter)
        const outgoing: Record<string, string> = {}
        format.inject(context, outgoing, defaultTextMapSetter)
        // An empty entry of baggage is an empty header, which is allowed.
        for (const sent of Object.values(outgoing)) expect(sent).toMatch(/^[\t\x20-\x7e]*$/)
        for (const key of Object.keys(outgoing)) expect(key).toMatch(/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/)
      }
      const span = trace.getSpanContext(readFrom(all, carrier))
      if (span !== undefined) expect(trace.isSpanContextValid(span)).toBe(true)
    }),
    { numRuns: 1000 },
  )
})
