import type { Context } from '@opentelemetry/api'
import { createContextKey } from '@opentelemetry/api'

const RPC_METADATA = createContextKey('OpenTelemetry SDK Context Key RPC_METADATA')

/** The route a framework has chosen becomes name and `http.route` of the request's span, and a label of its duration. */
export function setRoute(active: Context, route: string | undefined): void {
  const metadata = active.getValue(RPC_METADATA) as { route?: string } | undefined
  if (metadata !== undefined && route !== undefined && route !== '') metadata.route = route
}
