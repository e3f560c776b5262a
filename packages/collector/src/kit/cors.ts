import type { IncomingMessage, ServerResponse } from 'node:http'
import { GrpcCode } from './grpc-code.ts'
import type { HttpResponse } from './http-message.ts'
import { RpcError } from './rpc-error.ts'

/** Which browser pages may send here. */
export interface CorsPolicy {
  /** `https://app.example.com`, with `*` for any run of characters; a lone `*` allows every page. */
  readonly allowedOrigins: readonly string[]
  /** Besides the ones that need no permission; `*` allows every header. */
  readonly allowedHeaders: readonly string[]
  readonly exposedHeaders: readonly string[]
  readonly maxAgeSeconds: number
}

/** Always allowed: what OTLP senders in browsers need, which is not on the browser's own safe list. */
const ALWAYS_ALLOWED = ['accept', 'authorization', 'content-type', 'content-encoding', 'origin', 'x-requested-with']

/** True when a page of `origin` may send. */
function originAllowed(policy: CorsPolicy, origin: string): boolean {
  return policy.allowedOrigins.some((pattern) => wildcardMatch(pattern.toLowerCase(), origin.toLowerCase()))
}

/** Sets the headers every answer needs, errors included: without them a browser hides even the error. */
export function applyCors(policy: CorsPolicy, request: IncomingMessage, response: ServerResponse): void {
  const origin = request.headers.origin
  response.setHeader('vary', 'Origin')
  if (origin === undefined || !originAllowed(policy, origin)) return
  response.setHeader('access-control-allow-origin', origin)
  response.setHeader('access-control-allow-credentials', 'true')
  if (policy.exposedHeaders.length > 0) {
    response.setHeader('access-control-expose-headers', policy.exposedHeaders.join(', '))
  }
}

/** Why a page may not send: a browser names its origin also where the page needs no permission. Undefined for all others. */
export function refuseOrigin(policy: CorsPolicy, request: IncomingMessage): RpcError | undefined {
  const { origin } = request.headers
  if (origin === undefined || originAllowed(policy, origin)) return undefined
  const message = `pages of ${origin.slice(0, 200)} may not send here; see cors.allowed_origins`
  return new RpcError(GrpcCode.permissionDenied, message)
}

/** Answers an OPTIONS preflight. A page that is not allowed gets no permission headers, and the browser says so. */
export function preflight(policy: CorsPolicy, request: IncomingMessage): HttpResponse {
  const origin = request.headers.origin
  const vary = { vary: 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers' }
  if (origin === undefined || !originAllowed(policy, origin)) return { status: 204, headers: vary }
  const asked = String(request.headers['access-control-request-headers'] ?? '')
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== '')
  const allowed = new Set([...ALWAYS_ALLOWED, ...policy.allowedHeaders.map((name) => name.toLowerCase())])
  const granted = allowed.has('*') ? asked : asked.filter((name) => allowed.has(name))
  return {
    status: 204,
    headers: {
      ...vary,
      'access-control-allow-methods': 'POST',
      ...(granted.length > 0 ? { 'access-control-allow-headers': granted.join(', ') } : {}),
      ...(policy.maxAgeSeconds > 0 ? { 'access-control-max-age': String(policy.maxAgeSeconds) } : {}),
    },
  }
}

/** Matches `*` against any run of characters; linear, no regular expression is built from user input. */
function wildcardMatch(pattern: string, text: string): boolean {
  const parts = pattern.split('*')
  const first = parts[0] ?? ''
  if (parts.length === 1) return pattern === text
  const last = parts.at(-1) ?? ''
  if (!text.startsWith(first) || !text.endsWith(last) || text.length < first.length + last.length) return false
  let at = first.length
  for (const part of parts.slice(1, -1)) {
    const found = text.indexOf(part, at)
    if (found < 0) return false
    at = found + part.length
  }
  return at <= text.length - last.length
}
