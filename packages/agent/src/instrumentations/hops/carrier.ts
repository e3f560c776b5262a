import { context as contextApi, propagation, ROOT_CONTEXT, trace, type Context } from '@opentelemetry/api'

/** The context as headers would carry it; undefined when there is nothing to carry. */
export function carried(active: Context = contextApi.active()): Record<string, string> | undefined {
  if (trace.getSpanContext(active) === undefined) return undefined
  const carrier: Record<string, string> = {}
  propagation.inject(active, carrier)
  return Object.keys(carrier).length === 0 ? undefined : carrier
}

/** The context that has come in this form; undefined when there is none in it. */
export function arrived(carrier: unknown): Context | undefined {
  if (typeof carrier !== 'object' || carrier === null) return undefined
  const context = propagation.extract(ROOT_CONTEXT, carrier)
  return trace.getSpanContext(context) === undefined ? undefined : context
}
