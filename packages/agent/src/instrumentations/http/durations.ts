import type { Attributes } from '@opentelemetry/api'
import { REQUEST_BOUNDARIES, type DurationDefinition } from '../../metrics/duration-producer.ts'

/** Scope of the spans and metrics of HTTP. */
export const HTTP_SCOPE = '@clew/agent/http'

/** What tells one series of incoming requests from another. */
export interface ServedFacts {
  readonly method: string
  readonly scheme: string
  readonly version: string
  readonly route: string | undefined
  readonly statusCode: number | undefined
  readonly errorType: string | undefined
}

/** What tells one series of outgoing requests from another. */
export interface SentFacts {
  readonly method: string
  readonly scheme: string
  readonly address: string
  readonly port: number | undefined
  readonly version: string | undefined
  readonly statusCode: number | undefined
  readonly errorType: string | undefined
}

/** `http.server.request.duration` of the semantic conventions. */
export const SERVER_DURATION: DurationDefinition<ServedFacts> = {
  scope: HTTP_SCOPE,
  name: 'http.server.request.duration',
  description: 'Duration of HTTP server requests.',
  boundaries: REQUEST_BOUNDARIES,
  keyOf: ({ method, scheme, version, route, statusCode, errorType }) =>
    `${method} ${scheme} ${version} ${statusCode ?? ''} ${errorType ?? ''} ${route === undefined ? '' : `r${route}`}`,
  alike: (a, b) => a.route === b.route && commonAlike(a, b),
  attributesOf: ({ route, ...facts }) => ({
    ...common(facts),
    ...(route === undefined ? {} : { 'http.route': route }),
  }),
}

/** `http.client.request.duration` of the semantic conventions. */
export const CLIENT_DURATION: DurationDefinition<SentFacts> = {
  scope: HTTP_SCOPE,
  name: 'http.client.request.duration',
  description: 'Duration of HTTP client requests.',
  boundaries: REQUEST_BOUNDARIES,
  keyOf: ({ method, scheme, address, port, version, statusCode, errorType }) =>
    `${method} ${scheme} ${version ?? ''} ${statusCode ?? ''} ${errorType ?? ''} ${port ?? ''} ${address}`,
  alike: (a, b) => a.address === b.address && a.port === b.port && commonAlike(a, b),
  attributesOf: ({ address, port, ...facts }) => ({
    ...common(facts),
    'server.address': address,
    ...(port === undefined ? {} : { 'server.port': port }),
  }),
}

type Common = Pick<SentFacts, 'method' | 'scheme' | 'version' | 'statusCode' | 'errorType'>

function commonAlike(a: Common, b: Common): boolean {
  return (
    a.statusCode === b.statusCode &&
    a.method === b.method &&
    a.scheme === b.scheme &&
    a.version === b.version &&
    a.errorType === b.errorType
  )
}

function common({ method, scheme, version, statusCode, errorType }: Common): Attributes {
  return {
    'http.request.method': method,
    'url.scheme': scheme,
    ...(version === undefined ? {} : { 'network.protocol.version': version }),
    ...(statusCode === undefined ? {} : { 'http.response.status_code': statusCode }),
    ...(errorType === undefined ? {} : { 'error.type': errorType }),
  }
}
