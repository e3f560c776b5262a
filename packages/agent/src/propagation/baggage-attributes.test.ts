import { propagation, ROOT_CONTEXT, type Attributes, type Context } from '@opentelemetry/api'
import { InMemoryLogRecordExporter, LoggerProvider, SimpleLogRecordProcessor } from '@opentelemetry/sdk-logs'
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import { describe, expect, it } from 'vitest'
import { baggageCopier } from './baggage-attributes.ts'
import { carryBaggage, type BaggagePlaces } from './carry-baggage.ts'

const ENTRIES = {
  'user.id': { value: '7' },
  'user.name': { value: 'Ada' },
  tenant: { value: 'blue' },
  secret: { value: 'x' },
}
const CONTEXT = propagation.setBaggage(ROOT_CONTEXT, propagation.createBaggage(ENTRIES))

function copied(chosen: string, context: Context = CONTEXT, attributes: Attributes = {}): Attributes {
  const target = { attributes, setAttribute: (key: string, value: string) => (attributes[key] = value) }
  baggageCopier({ CLEW_BAGGAGE_ATTRIBUTES: chosen })?.(context, target)
  return attributes
}

describe('CLEW_BAGGAGE_ATTRIBUTES', () => {
  it.each([
    ['user.id,tenant', { 'user.id': '7', tenant: 'blue' }],
    [' tenant , ,missing', { tenant: 'blue' }],
    ['user.*', { 'user.id': '7', 'user.name': 'Ada' }],
    ['*', { 'user.id': '7', 'user.name': 'Ada', tenant: 'blue', secret: 'x' }],
  ])('%j chooses %j', (chosen, expected) => {
    expect(copied(chosen)).toEqual(expected)
  })

  it('leaves alone what is there already, and what has no baggage', () => {
    expect(copied('tenant', CONTEXT, { tenant: 'red' })).toEqual({ tenant: 'red' })
    expect(copied('*', ROOT_CONTEXT)).toEqual({})
  })

  it.each([undefined, '', ' , '])('%j chooses nothing', (chosen) => {
    expect(baggageCopier(chosen === undefined ? {} : { CLEW_BAGGAGE_ATTRIBUTES: chosen })).toBeUndefined()
  })
})

describe('chosen baggage', () => {
  const copy = baggageCopier({ CLEW_BAGGAGE_ATTRIBUTES: 'user.id' })!

  it('is on every span and log record of the SDK', () => {
    const spans = new InMemorySpanExporter()
    const records = new InMemoryLogRecordExporter()
    const spanProcessors = [new SimpleSpanProcessor({ exporter: spans })]
    const logRecordProcessors = [new SimpleLogRecordProcessor({ exporter: records })]
    const places = { spanProcessors, logRecordProcessors } as BaggagePlaces
    carryBaggage(copy, places)
    const tracer = new TracerProvider({ spanProcessors: places.spanProcessors ?? [] }).getTracer('test')
    const logger = new LoggerProvider({ processors: places.logRecordProcessors ?? [] }).getLogger('test')
    tracer.startSpan('with', {}, CONTEXT).end()
    tracer.startSpan('without', {}, ROOT_CONTEXT).end()
    logger.emit({ body: 'with', context: CONTEXT })
    logger.emit({ body: 'without', context: ROOT_CONTEXT })
    expect(spans.getFinishedSpans().map((span) => span.attributes)).toEqual([{ 'user.id': '7' }, {}])
    expect(records.getFinishedLogRecords().map((record) => record.attributes)).toEqual([{ 'user.id': '7' }, {}])
  })

  it('does not make a processor where none sends', () => {
    const places = { spanProcessors: [], logRecordProcessors: [] }
    carryBaggage(copy, places)
    expect(places).toEqual({ spanProcessors: [], logRecordProcessors: [] })
  })
})
