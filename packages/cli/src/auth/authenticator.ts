import { createHash } from 'node:crypto'
import type { Clock } from '@clew/base/clock'
import { ClewError } from '@clew/base/errors'
import type { Logger } from '@clew/base/logger'
import { grants } from '@clew/base/scope'
import type { Scope } from '@clew/base/scope'
import type { AccessPolicy } from '@clew/collector/kit/access'
import type { AuthPort, Caller } from '@clew/query/ports'
import { credentialOf } from './credential.ts'
import { readTokenFile, tokenFileState } from './token-file.ts'
import type { TokenEntry } from './token-entry.ts'
import { hashToken, newToken } from './token-text.ts'

export interface AuthenticatorOptions {
  /** From settings. */
  readonly entries: readonly TokenEntry[]
  /** Where `clew token` keeps its tokens; undefined for a process without a data directory. */
  readonly dataDir?: string | undefined
  /** `--insecure`. */
  readonly mayBeOpen: boolean
  readonly sessionKey?: string | undefined
  readonly sessionLifetimeMs?: number
  readonly clock: Clock
  readonly logger: Logger
}

/** How soon a token that was made or revoked counts. */
const LOOK_EVERY_MS = 1000
/** Refused callers are told of in the log at most this often. */
const WARN_EVERY_MS = 10_000

/**
 * Who may use the ports of this process: tokens from settings and from the data directory, known by their hashes only. The
 * file is looked at again while requests come, so that what `clew token` does counts within a second. Once a token was
 * set, callers need one until the process ends, even when all are revoked.
 */
export class Authenticator implements AccessPolicy, AuthPort {
  readonly mayBeOpen: boolean
  readonly sessionKey: Uint8Array | undefined
  readonly sessionLifetimeMs: number
  readonly #options: AuthenticatorOptions
  readonly #own = new Map<string, Caller>()
  readonly #ownById = new Map<string, Caller>()
  #byHash = new Map<string, Caller>()
  #byId = new Map<string, Caller>()
  #required = false
  #fileState: string | undefined
  #lookedAtMs = Number.NEGATIVE_INFINITY
  #refused = 0
  #warnedAtMs = Number.NEGATIVE_INFINITY

  /** Reads the token file. Throws ClewError TOKEN_FILE. */
  constructor(options: AuthenticatorOptions) {
    this.#options = options
    this.mayBeOpen = options.mayBeOpen
    this.sessionKey = options.sessionKey === undefined ? undefined : Buffer.from(options.sessionKey)
    this.sessionLifetimeMs = options.sessionLifetimeMs ?? 0
    this.#load()
  }

  required(): boolean {
    this.#look()
    return this.#required
  }

  identify(authorization: string | undefined): Caller | undefined {
    const token = credentialOf(authorization)
    if (token === undefined) return undefined
    this.#look()
    const hash = hashToken(token)
    return this.#byHash.get(hash) ?? this.#own.get(hash)
  }

  callerOf(id: string): Caller | undefined {
    this.#look()
    return this.#byId.get(id) ?? this.#ownById.get(id)
  }

  scopesOf(authorization: string | undefined): readonly Scope[] | undefined {
    return this.identify(authorization)?.scopes
  }

  refusal(scopes: readonly Scope[] | undefined, needed: Scope): ClewError | undefined {
    if (scopes !== undefined && grants(scopes, needed)) return undefined
    this.#noteRefusal()
    if (scopes === undefined) {
      return new ClewError('UNAUTHENTICATED', 'a token is needed here, and this request brought none that is known', {
        fix: 'send the header `Authorization: Bearer <token>`, or set CLEW_AUTH_TOKEN for the clew command',
      })
    }
    return new ClewError(
      'FORBIDDEN',
      `this token may not do that: it needs ${needed}, and the token has ${scopes.join(', ')}`,
      {
        fix: `take a token with ${needed}: \`clew token create <name> --scope ${needed}\``,
      },
    )
  }

  /** Makes a token that lives as long as this process and is kept nowhere by it. It does not make tokens required. */
  issue(name: string, scopes: readonly Scope[]): string {
    const token = newToken()
    const hash = hashToken(token)
    const caller = { id: idOf(hash), name, scopes }
    this.#own.set(hash, caller)
    this.#ownById.set(caller.id, caller)
    return token
  }

  #look(): void {
    const { clock, dataDir, logger } = this.#options
    if (dataDir === undefined) return
    const nowMs = clock.monotonicMillis()
    if (nowMs - this.#lookedAtMs < LOOK_EVERY_MS) return
    this.#lookedAtMs = nowMs
    if (tokenFileState(dataDir) === this.#fileState) return
    try {
      this.#load()
      logger.info('the tokens have changed', { tokens: this.#byHash.size })
    } catch (error) {
      logger.error('the token file cannot be read; the tokens from before still count', { error })
    }
  }

  #load(): void {
    const { entries, dataDir } = this.#options
    // The state is taken first: a change in between is seen the next time.
    const state = dataDir === undefined ? '' : tokenFileState(dataDir)
    this.#fileState = state
    const stored = dataDir === undefined ? undefined : readTokenFile(dataDir)
    const byHash = new Map<string, Caller>()
    for (const { name, scopes, hash } of [...entries, ...(stored ?? [])])
      byHash.set(hash, { id: idOf(hash), name, scopes })
    this.#byHash = byHash
    this.#byId = new Map([...byHash.values()].map((caller) => [caller.id, caller]))
    this.#required ||= stored !== undefined || entries.length > 0
  }

  #noteRefusal(): void {
    this.#refused++
    const { clock, logger } = this.#options
    const nowMs = clock.monotonicMillis()
    if (nowMs - this.#warnedAtMs < WARN_EVERY_MS) return
    this.#warnedAtMs = nowMs
    logger.warn('requests without a token that allows them were refused', { sinceStart: this.#refused })
  }
}

/** What a session remembers of a token: enough to find it again, useless to whoever reads it. */
function idOf(hash: string): string {
  return createHash('sha256').update(`clew session ${hash}`).digest('base64url').slice(0, 22)
}
