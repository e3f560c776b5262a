import { propagation, ROOT_CONTEXT, type Context, type TextMapPropagator } from '@opentelemetry/api'
import type { IncomingHttpHeaders } from 'node:http'

/** Where the API, of which there may be several copies, keeps what is registered with it. */
const API_KEY = Symbol.for('opentelemetry.js.api.1')
const globals = globalThis as { [API_KEY]?: { readonly propagation?: TextMapPropagator } }

/** A propagator of ours that reads nothing but `traceparent` and `baggage`. */
let w3cOnly: TextMapPropagator | undefined

/** Says that a propagator finds nothing in requests that have neither `traceparent` nor `baggage`. */
export function readsW3cOnly(propagator: TextMapPropagator): void {
  w3cOnly = propagator
}

/** The context that a request has brought. Most requests at the edge bring none, and that is seen at a glance. */
export function incomingContext(headers: IncomingHttpHeaders): Context {
  const bare = headers['traceparent'] === undefined && headers['baggage'] === undefined
  if (bare && w3cOnly !== undefined && globals[API_KEY]?.propagation === w3cOnly) return ROOT_CONTEXT
  return propagation.extract(ROOT_CONTEXT, headers)
}
