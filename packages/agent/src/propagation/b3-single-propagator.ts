import type { Context, TextMapGetter, TextMapPropagator, TextMapSetter } from '@opentelemetry/api'
import { B3_HEADERS, b3Sampling, extractB3 } from './b3-context.ts'
import { spanToSend } from './remote-span.ts'

/**
 * B3 in one header: `{trace id}-{span id}[-{sampling}[-{parent id}]]`. Reads the form with several headers too.
 */
export class B3SinglePropagator implements TextMapPropagator {
  inject<C>(context: Context, carrier: C, setter: TextMapSetter<C>): void {
    const span = spanToSend(context)
    if (span === undefined) return
    setter.set(carrier, B3_HEADERS.single, `${span.traceId}-${span.spanId}-${b3Sampling(context, span)}`)
  }

  extract<C>(context: Context, carrier: C, getter: TextMapGetter<C>): Context {
    return extractB3(context, carrier, getter)
  }

  fields(): string[] {
    return [B3_HEADERS.single]
  }
}
