import type { Endpoint } from '@clew/contract/endpoint'
import { neededScope } from '@clew/contract/endpoint'
import type { Scope } from '@clew/base/scope'
import type { Context, MiddlewareHandler } from 'hono'
import type { Callers } from './callers.ts'

/** For load balancers and orchestrators, which have no token. */
const OPEN_PATHS = ['/healthz', '/readyz']
/** Nothing below these is a file or a page of the UI. */
const API_ROOT = /^\/(?:api|jaeger|prometheus|tempo|metrics|v1|sampling)(?:\/|$)/

/** As much of an endpoint as it takes to know who may use it. */
export type ScopedPath = Pick<Endpoint, 'method' | 'path' | 'scope'>

/**
 * Lets nobody through to what comes after it who has not shown a token with the scope that is needed. Strangers get the
 * files of the UI, which hold no data and bring the sign-in page, and nothing else; that is answered here, so a route that
 * is added later is closed unless it is named as open.
 */
export function authGuard(
  callers: Callers,
  endpoints: readonly ScopedPath[],
  uiFiles: MiddlewareHandler | undefined,
): MiddlewareHandler {
  const scopeOf = scopeFinder(endpoints)
  return async (context, next) => {
    const { path, method } = context.req
    const needed = OPEN_PATHS.includes(path) ? 'nobody' : scopeOf(method, path)
    if (needed === 'nobody' || !callers.auth.required()) return await next()
    const found = callers.find(context)
    if (found === undefined && uiFiles !== undefined && !API_ROOT.test(path)) {
      const answer = await uiFiles(context, () => Promise.resolve())
      if (answer !== undefined) return answer
    }
    const refusal = callers.auth.refusal(found?.caller.scopes, needed)
    if (refusal === undefined) return await next()
    if (found === undefined) context.header('www-authenticate', 'Bearer realm="clew"')
    throw refusal
  }
}

/** Whether an answer that lasts may go on: asked again while it lasts, since tokens are revoked and sessions end. */
export function staysAllowed(callers: Callers, context: Context, endpoint: Endpoint): () => boolean {
  const needed = neededScope(endpoint)
  const found = callers.find(context)
  return () => needed === 'nobody' || callers.stillMay(found, needed)
}

/** Scope by method and path; what no endpoint says is `read` for looking and `admin` for everything else. */
function scopeFinder(endpoints: readonly ScopedPath[]): (method: string, path: string) => Scope | 'nobody' {
  const special = endpoints
    .filter((endpoint) => endpoint.scope !== undefined)
    .map((endpoint) => ({ method: endpoint.method, parts: endpoint.path.split('/'), scope: neededScope(endpoint) }))
  return (method, path) => {
    const reads = method === 'GET' || method === 'HEAD'
    const asked = path.split('/')
    const found = special.find(
      (one) =>
        (one.method === method || (one.method === 'GET' && method === 'HEAD')) &&
        one.parts.length === asked.length &&
        one.parts.every((part, index) => part === asked[index] || (part.startsWith(':') && asked[index] !== '')),
    )
    return found?.scope ?? (reads ? 'read' : 'admin')
  }
}
