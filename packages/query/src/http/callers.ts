import { randomBytes } from 'node:crypto'
import type { Clock } from '@clew/base/clock'
import { grants, type Scope } from '@clew/base/scope'
import type { Context } from 'hono'
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import type { AuthPort, Caller } from '../ports.ts'
import { SessionTokens, type SessionClaims } from './session-tokens.ts'

/** Who sent a request, and how they showed it. */
export interface KnownCaller {
  readonly caller: Caller
  /** Absent when they sent a token with the request itself. */
  readonly session?: SessionClaims
}

/** Finds out who sends a request: a token in `Authorization`, or the cookie of a browser session. */
export class Callers {
  readonly auth: AuthPort
  readonly #clock: Clock
  readonly #tokens: SessionTokens
  readonly #secure: boolean

  /** @param secure this server speaks TLS itself */
  constructor(auth: AuthPort, clock: Clock, secure: boolean) {
    this.auth = auth
    this.#clock = clock
    this.#secure = secure
    this.#tokens = new SessionTokens(auth.sessionKey ?? randomBytes(32))
  }

  /** A token that is sent and not known is nobody, whatever cookie comes with it. */
  find(context: Context): KnownCaller | undefined {
    const authorization = context.req.header('authorization')
    if (authorization !== undefined) {
      const caller = this.auth.identify(authorization)
      return caller === undefined ? undefined : { caller }
    }
    const cookie = getCookie(context, this.#cookieName(context))
    const session = cookie === undefined ? undefined : this.#tokens.check(cookie, this.#clock.unixMillis())
    const caller = session === undefined ? undefined : this.auth.callerOf(session.callerId)
    return session === undefined || caller === undefined ? undefined : { caller, session }
  }

  /** True while whoever was found may still do what needs `scope`; asked again by answers that last. */
  stillMay(found: KnownCaller | undefined, scope: Scope): boolean {
    if (!this.auth.required()) return true
    if (found === undefined) return false
    const caller = this.auth.callerOf(found.caller.id)
    if (caller === undefined || (found.session?.expiresAtMs ?? Infinity) <= this.#clock.unixMillis()) return false
    return grants(caller.scopes, scope)
  }

  /** Begins a browser session; gives when it ends. */
  begin(context: Context, caller: Caller): number {
    const lifetimeMs = this.auth.sessionLifetimeMs
    const expiresAtMs = this.#clock.unixMillis() + lifetimeMs
    setCookie(context, this.#cookieName(context), this.#tokens.issue(caller.id, expiresAtMs), {
      httpOnly: true,
      sameSite: 'Strict',
      path: '/',
      secure: this.#isSecure(context),
      maxAge: Math.min(Math.floor(lifetimeMs / 1000), MAX_COOKIE_SECONDS),
    })
    return expiresAtMs
  }

  /** Ends the session of a request, if it has one. */
  end(context: Context): void {
    const session = this.find(context)?.session
    if (session !== undefined) this.#tokens.end(session)
    deleteCookie(context, this.#cookieName(context), { path: '/', secure: this.#isSecure(context) })
  }

  /** Cookies know no ports: the name keeps two installations on one host apart. With TLS of our own no sibling can set it. */
  #cookieName(context: Context): string {
    const host = context.req.header('host') ?? ''
    const port = /:(\d{1,5})$/.exec(host)?.[1] ?? 'default'
    return `${this.#secure ? '__Host-' : ''}clew_session_${port}`
  }

  #isSecure(context: Context): boolean {
    return this.#secure || context.req.header('x-forwarded-proto') === 'https'
  }
}

/** Browsers keep no cookie for longer (RFC 6265bis section 5.5). */
const MAX_COOKIE_SECONDS = 400 * 86_400
