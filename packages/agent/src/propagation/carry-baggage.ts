import type { Context, Span } from '@opentelemetry/api'
import type { LogRecordProcessor } from '@opentelemetry/sdk-logs'
import type { SpanProcessor } from '@opentelemetry/sdk-trace'
import { baggageLogProcessor, baggageSpanProcessor, type CopyBaggage } from './baggage-attributes.ts'

/** Where spans and log records can be reached before they are sent; each is missing where something else makes them. */
export interface BaggagePlaces {
  readonly startHooks?: ((span: Span, context: Context) => void)[] | undefined
  readonly spanProcessors?: SpanProcessor[] | undefined
  readonly logRecordProcessors?: LogRecordProcessor[] | undefined
}

/** Puts the chosen baggage on all that is made in these places from now on. Lists without a processor stay empty. */
export function carryBaggage(copy: CopyBaggage, places: BaggagePlaces): void {
  places.startHooks?.push((span, context) => copy(context, span))
  if (places.spanProcessors?.length) places.spanProcessors.unshift(baggageSpanProcessor(copy))
  if (places.logRecordProcessors?.length) places.logRecordProcessors.unshift(baggageLogProcessor(copy))
}

/**
 * The lists of processors that the SDK package made by itself (for gRPC and for the console), which it keeps private; a list
 * is missing when the signal is off.
 */
export function processorsOfSdk(sdk: unknown): BaggagePlaces {
  const inner = sdk as {
    readonly _tracerProvider?: { readonly _activeSpanProcessor?: { readonly _spanProcessors?: SpanProcessor[] } }
    readonly _loggerProvider?: { readonly _sharedState?: { readonly processors?: LogRecordProcessor[] } }
  }
  return {
    spanProcessors: inner._tracerProvider?._activeSpanProcessor?._spanProcessors,
    logRecordProcessors: inner._loggerProvider?._sharedState?.processors,
  }
}
