import { isIP } from 'node:net'
import { ClewError } from '@clew/base/errors'
import type { MiddlewareHandler } from 'hono'

/**
 * Keeps other web sites out: a page of theirs can send requests to this machine. Requests that change something must
 * come from our own pages (or from no page at all), and the name they were sent to must be an address, localhost or one
 * that the user allowed, else any site could point a name of its own at this address and read the answers.
 */
export function callerGuard(allowedHosts: readonly string[]): MiddlewareHandler {
  const allowed = new Set(allowedHosts.map((host) => host.toLowerCase()))
  return async (context, next) => {
    const { host } = new URL(context.req.url)
    const name = hostName(context.req.header('host') ?? host)
    if (!allowed.has('*') && !isOwnName(name) && !allowed.has(name)) {
      throw new ClewError('WRONG_HOST', `this server is not called '${name}'`, {
        fix: 'open it by its address or localhost, or allow the name with --allowed-hosts',
      })
    }
    const origin = context.req.header('origin')
    const isRead = context.req.method === 'GET' || context.req.method === 'HEAD'
    if (!isRead && origin !== undefined && originHost(origin) !== (context.req.header('host') ?? host)) {
      throw new ClewError('FORBIDDEN_ORIGIN', `requests from ${origin} may not change anything here`)
    }
    await next()
  }
}

function isOwnName(name: string): boolean {
  return name === 'localhost' || name.endsWith('.localhost') || isIP(name) !== 0
}

/** `[::1]:4320`, `localhost:4320` and `localhost` without port and brackets. */
function hostName(host: string): string {
  const bracket = /^\[([^\]]+)\]/.exec(host)
  return (bracket?.[1] ?? host.replace(/:\d+$/, '')).toLowerCase()
}

function originHost(origin: string): string | undefined {
  try {
    return new URL(origin).host
  } catch {
    return undefined
  }
}
