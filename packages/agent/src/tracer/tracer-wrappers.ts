import type { Tracer } from '@opentelemetry/api'

/**
 * What stands between a library that makes spans of its own and the tracer that it is given, by the name of its scope: for
 * libraries whose spans show again what is shown already. To be set before the library asks for its tracer.
 */
export const tracerWrappers: Map<string, (tracer: Tracer) => Tracer> = new Map()
