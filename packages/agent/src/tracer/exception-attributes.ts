import type { Attributes, Exception } from '@opentelemetry/api'

/** `exception.*` of what was thrown; undefined when there is neither a type nor a message in it. */
export function exceptionAttributes(exception: Exception): Attributes | undefined {
  const attributes: Attributes = {}
  if (typeof exception === 'string') attributes['exception.message'] = exception
  else if (typeof exception === 'object' && exception !== null) {
    if (exception.code) attributes['exception.type'] = exception.code.toString()
    else if (exception.name) attributes['exception.type'] = exception.name
    if (exception.message) attributes['exception.message'] = exception.message
    if (exception.stack) attributes['exception.stacktrace'] = exception.stack
  }
  return attributes['exception.type'] || attributes['exception.message'] ? attributes : undefined
}
