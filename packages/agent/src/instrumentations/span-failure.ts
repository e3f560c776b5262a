import { SpanStatusCode, type Span } from '@opentelemetry/api'

/** `error.type` of the semantic conventions: a code where the library has one, else the class of the error. */
export function errorType(error: unknown): string {
  if (typeof error !== 'object' || error === null) return '_OTHER'
  const { code, name } = error as { readonly code?: unknown; readonly name?: unknown }
  if (typeof code === 'string' && code !== '') return code
  if (typeof code === 'number') return String(code)
  return typeof name === 'string' && name !== '' ? name : '_OTHER'
}

/** Marks a span as failed by what was thrown. */
export function failSpan(span: Span, error: unknown): void {
  const message = error instanceof Error ? error.message : String(error)
  span.setAttribute('error.type', errorType(error))
  span.setStatus({ code: SpanStatusCode.ERROR, message })
  if (error instanceof Error) span.recordException(error)
}
