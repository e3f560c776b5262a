import { isIP } from 'node:net'
import { ClewError } from '@clew/base/errors'
import type { MiddlewareHandler } from 'hono'

/**
 * Keeps other web sites out: a page of theirs can send requests to this machine. Requests that change something must
 * come from our own pages (or from no page at all), and the name they were sent to must be an address, localhost or one
 * that the user allowed, else any site could point a name of its own at this address and read the answers.
 */
export function callerGuard(allowedHosts: readonly string[]): MiddlewareHandler {
  return async (context, next) => {
    const host = context.req.header('host') ?? new URL(context.req.url).host
    const isRead = context.req.method === 'GET' || context.req.method === 'HEAD'
    checkCaller({ host, origin: context.req.header('origin'), changes: !isRead }, allowedHosts)
    await next()
  }
}

/** Who asks: the `Host` and `Origin` of a request, and whether it could change something. */
export interface CallerFacts {
  readonly host: string
  readonly origin: string | undefined
  readonly changes: boolean
}

/** The same check for what does not come through the app. Throws ClewError WRONG_HOST, FORBIDDEN_ORIGIN. */
export function checkCaller({ host, origin, changes }: CallerFacts, allowedHosts: readonly string[]): void {
  const name = hostName(host)
  const allowed = allowedHosts.some((each) => each === '*' || each.toLowerCase() === name)
  if (!allowed && !isOwnName(name)) {
    throw new ClewError('WRONG_HOST', `this server is not called '${name}'`, {
      fix: 'open it by its address or localhost, or allow the name with --allowed-hosts',
    })
  }
  if (changes && origin !== undefined && originHost(origin) !== host) {
    throw new ClewError('FORBIDDEN_ORIGIN', `requests from ${origin} may not change anything here`)
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
