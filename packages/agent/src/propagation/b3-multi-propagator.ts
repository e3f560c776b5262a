import type { Context, TextMapGetter, TextMapPropagator, TextMapSetter } from '@opentelemetry/api'
import { B3_HEADERS, b3Sampling, extractB3 } from './b3-context.ts'
import { spanToSend } from './remote-span.ts'

/** B3 in several headers, `X-B3-*`. Reads a single `b3` header too; that one wins. */
export class B3MultiPropagator implements TextMapPropagator {
  inject<C>(context: Context, carrier: C, setter: TextMapSetter<C>): void {
    const span = spanToSend(context)
    if (span === undefined) return
    const sampling = b3Sampling(context, span)
    setter.set(carrier, B3_HEADERS.traceId, span.traceId)
    setter.set(carrier, B3_HEADERS.spanId, span.spanId)
    // The debug flag implies the decision, which then must not be there.
    if (sampling === 'd') setter.set(carrier, B3_HEADERS.flags, '1')
    else setter.set(carrier, B3_HEADERS.sampled, sampling)
  }

  extract<C>(context: Context, carrier: C, getter: TextMapGetter<C>): Context {
    return extractB3(context, carrier, getter)
  }

  fields(): string[] {
    return [B3_HEADERS.traceId, B3_HEADERS.spanId, B3_HEADERS.parentSpanId, B3_HEADERS.sampled, B3_HEADERS.flags]
  }
}
