import { createContextKey, isSpanContextValid, trace, type Context, type Span } from '@opentelemetry/api'
import type { LabelSet, SampleOrigin } from './pprof-library.ts'

/** Labels of a sample, in pprof and (the ids apart, which become the link) as attributes in OTLP. */
export const LABEL = {
  traceId: 'trace_id',
  spanId: 'span_id',
  localRootSpanId: 'clew.local_root.span_id',
  localRootName: 'clew.local_root.name',
  route: 'http.route',
} as const

/** Those with few values, which the library keeps once. */
export const FEW_VALUES: string[] = [LABEL.localRootName, LABEL.route]

const RPC_METADATA = createContextKey('OpenTelemetry SDK Context Key RPC_METADATA')

/** The span of the process that a span is part of the work of: itself for the first one. */
export type LocalRootOf = (span: Span) => Span | undefined

/**
 * Makes the labels of samples from the contexts they were taken in. It is done when the profile is put together: by then
 * a framework has said the route, also for requests that were in their beginning, and whether anybody keeps the trace
 * does not matter.
 */
export function contextLabels(localRootOf: LocalRootOf): (origin: SampleOrigin) => LabelSet {
  const known = new Map<object, LabelSet>()
  return ({ context: sample }) => {
    const context = sample?.context
    if (context === undefined) return {}
    let labels = known.get(context)
    if (labels === undefined) known.set(context, (labels = labelsOf(context, localRootOf)))
    return labels
  }
}

function labelsOf(object: object, localRootOf: LocalRootOf): LabelSet {
  if (!isContext(object)) return {}
  const metadata = object.getValue(RPC_METADATA) as { readonly span?: Span; readonly route?: string } | undefined
  const span = trace.getSpan(object)
  const spanContext = span?.spanContext()
  if (span === undefined || spanContext === undefined || !isSpanContextValid(spanContext)) return {}
  const root = localRootOf(span) ?? metadata?.span
  const name = (root as { readonly name?: unknown } | undefined)?.name
  return {
    [LABEL.traceId]: spanContext.traceId,
    [LABEL.spanId]: spanContext.spanId,
    ...(root === undefined ? {} : { [LABEL.localRootSpanId]: root.spanContext().spanId }),
    ...(typeof name === 'string' ? { [LABEL.localRootName]: name } : {}),
    ...(typeof metadata?.route === 'string' && metadata.route !== '' ? { [LABEL.route]: metadata.route } : {}),
  }
}

function isContext(object: object): object is Context {
  return typeof (object as Partial<Context>).getValue === 'function'
}
