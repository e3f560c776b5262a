import type { TextMapPropagator } from '@opentelemetry/api'
import { hostname } from 'node:os'
import { FirstWinsPropagator } from './first-wins-propagator.ts'
import { PROPAGATORS } from './registry.ts'

const DEFAULT_NAMES = 'tracecontext,baggage'

/** What a propagator is made from. */
export interface PropagatorOptions {
  readonly env: Readonly<Record<string, string | undefined>>
  /** As the agent derived it; undefined when the environment names the service. */
  readonly serviceName: string | undefined
  /** Learns of names nobody knows. */
  readonly report: (message: string) => void
}

/**
 * The propagator for OTEL_PROPAGATORS, a list of names in the order in which they are tried; W3C Trace Context and Baggage
 * when unset, nothing at all for `none`. Names nobody knows are reported and left out.
 */
export function createPropagator({ env, serviceName, report }: PropagatorOptions): TextMapPropagator {
  const text = env['OTEL_PROPAGATORS']?.trim() || DEFAULT_NAMES
  const names = new Set(text.split(',').map((name) => name.trim().toLowerCase()))
  names.delete('')
  if (names.has('none')) return new FirstWinsPropagator([])
  const options = {
    serviceName: serviceName ?? serviceNameFrom(env) ?? 'unknown_service:node',
    instanceName: `${process.pid}@${hostname()}`,
  }
  const formats: TextMapPropagator[] = []
  for (const name of names) {
    const create = PROPAGATORS.get(name)
    if (create !== undefined) formats.push(create(options))
    else report(`OTEL_PROPAGATORS: no propagator "${name}"; there are ${[...PROPAGATORS.keys()].join(', ')} and none`)
  }
  return new FirstWinsPropagator(formats)
}

function serviceNameFrom(env: PropagatorOptions['env']): string | undefined {
  const attribute = /(?:^|,)\s*service\.name\s*=\s*([^,]+)/.exec(env['OTEL_RESOURCE_ATTRIBUTES'] ?? '')?.[1]
  return env['OTEL_SERVICE_NAME'] || attribute?.trim() || undefined
}
