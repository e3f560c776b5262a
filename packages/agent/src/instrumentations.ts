import { getNodeAutoInstrumentations } from '@opentelemetry/auto-instrumentations-node'
import type { Instrumentation } from '@opentelemetry/instrumentation'

/** What else decides about them. */
export interface InstrumentationOptions {
  readonly isMainThread: boolean
  /** Incoming HTTP requests are seen to by the agent itself. */
  readonly ownHttpServer: boolean
}

/**
 * The upstream instrumentations with settings that show requests rather than plumbing: no spans for files, sockets and
 * name look-ups, none for middleware, none for database or cloud calls that belong to no request.
 * OTEL_NODE_ENABLED_INSTRUMENTATIONS and OTEL_NODE_DISABLED_INSTRUMENTATIONS choose as upstream documents it.
 */
export function createInstrumentations(
  env: Readonly<Record<string, string | undefined>>,
  { isMainThread, ownHttpServer }: InstrumentationOptions,
): Instrumentation[] {
  const chosenByName = Boolean(env['OTEL_NODE_ENABLED_INSTRUMENTATIONS']?.trim())
  const off = chosenByName ? {} : { enabled: false }
  return getNodeAutoInstrumentations({
    '@opentelemetry/instrumentation-fs': off,
    '@opentelemetry/instrumentation-net': off,
    '@opentelemetry/instrumentation-dns': off,
    ...(ownHttpServer
      ? { '@opentelemetry/instrumentation-http': { disableIncomingRequestInstrumentation: true } }
      : {}),
    // The route becomes the name of the request's span; a span for each layer says nothing more.
    // Express 5 is built on `router`: both would report the same layer.
    '@opentelemetry/instrumentation-router': off,
    '@opentelemetry/instrumentation-express': {
      ignoreLayersType: ['middleware', 'router', 'request_handler'] as never[],
    },
    '@opentelemetry/instrumentation-koa': { ignoreLayersType: ['middleware'] as never[] },
    '@opentelemetry/instrumentation-pg': { requireParentSpan: true },
    '@opentelemetry/instrumentation-ioredis': { requireParentSpan: true },
    '@opentelemetry/instrumentation-aws-sdk': { suppressInternalInstrumentation: true },
    '@opentelemetry/instrumentation-graphql': { ignoreTrivialResolveSpans: true, mergeItems: true },
    ...(isMainThread ? {} : { '@opentelemetry/instrumentation-runtime-node': { enabled: false } }),
  })
}

/** Every module name the instrumentations want to see when it is loaded. */
export function instrumentedModules(instrumentations: readonly Instrumentation[]): string[] {
  const names: string[] = []
  for (const instrumentation of instrumentations) {
    const { getModuleDefinitions } = instrumentation as { getModuleDefinitions?: () => { name: string }[] }
    for (const definition of getModuleDefinitions?.call(instrumentation) ?? []) names.push(definition.name)
  }
  return names
}
