import { ROOT_CONTEXT, trace, type Context, type TextMapGetter, type TextMapSetter } from '@opentelemetry/api'
import { W3CTraceContextPropagator } from '@opentelemetry/core'
import { expect, it } from 'vitest'
import { carrierAccess } from './signals.ts'

it('carriers of every kind are read and written alike', () => {
  const getter: TextMapGetter<unknown> = carrierAccess as TextMapGetter<unknown>
  const setter: TextMapSetter<unknown> = carrierAccess
  const propagator = new W3CTraceContextPropagator()
  const sent: Context = trace.setSpanContext(ROOT_CONTEXT, {
    traceId: '1'.repeat(32),
    spanId: '2'.repeat(16),
    traceFlags: 1,
  })
  for (const carrier of [{}, new Map(), new Headers()]) {
    propagator.inject(sent, carrier, setter)
    expect(trace.getSpanContext(propagator.extract(ROOT_CONTEXT, carrier, getter))?.spanId).toBe('2'.repeat(16))
  }
  const bytes = { Traceparent: Buffer.from(`00-${'1'.repeat(32)}-${'2'.repeat(16)}-01`) }
  expect(trace.getSpanContext(propagator.extract(ROOT_CONTEXT, bytes, getter))?.spanId).toBe('2'.repeat(16))
})
