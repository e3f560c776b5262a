import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { z } from 'zod'

/** What a session cookie says. It holds no token and nothing a token could be made from. */
export interface SessionClaims {
  /** `Caller.id` of the token the session began with. */
  readonly callerId: string
  readonly expiresAtMs: number
  /** Tells one session of a token from another. */
  readonly nonce: string
}

const claimsSchema = z.tuple([z.string(), z.number(), z.string()])

/** Sessions that were ended before their time; the oldest are forgotten first. */
const MAX_ENDED = 10_000
/** A cookie that is longer was not made here. */
const MAX_LENGTH = 512

/**
 * Makes and checks the values of session cookies: claims signed with HMAC-SHA-256 under a key that never leaves memory. No
 * list of sessions is kept, so nothing grows with them, and nodes that share the key share the sessions.
 */
export class SessionTokens {
  readonly #key: Uint8Array
  readonly #ended = new Set<string>()

  constructor(key: Uint8Array) {
    this.#key = key
  }

  issue(callerId: string, expiresAtMs: number): string {
    const body = Buffer.from(JSON.stringify([callerId, expiresAtMs, randomBytes(12).toString('base64url')]))
    return `${body.toString('base64url')}.${this.#sign(body).toString('base64url')}`
  }

  /** The claims of a cookie that was made here, has not expired and was not ended; undefined for everything else. */
  check(value: string, nowMs: number): SessionClaims | undefined {
    const dot = value.indexOf('.')
    if (dot < 0 || value.length > MAX_LENGTH) return undefined
    const body = Buffer.from(value.slice(0, dot), 'base64url')
    const signature = Buffer.from(value.slice(dot + 1), 'base64url')
    const expected = this.#sign(body)
    if (signature.length !== expected.length || !timingSafeEqual(signature, expected)) return undefined
    const parsed = claimsSchema.safeParse(JSON.parse(body.toString('utf8')))
    if (!parsed.success) return undefined
    const [callerId, expiresAtMs, nonce] = parsed.data
    return expiresAtMs > nowMs && !this.#ended.has(nonce) ? { callerId, expiresAtMs, nonce } : undefined
  }

  /** A copy of the cookie that somebody may have is worth nothing from here on. */
  end({ nonce }: SessionClaims): void {
    this.#ended.add(nonce)
    if (this.#ended.size <= MAX_ENDED) return
    const [oldest] = this.#ended
    if (oldest !== undefined) this.#ended.delete(oldest)
  }

  #sign(body: Uint8Array): Buffer {
    return createHmac('sha256', this.#key).update('clew session 1\0').update(body).digest()
  }
}
