import { SCOPES } from '@clew/base/scope'
import type { Scope } from '@clew/base/scope'
import { hashToken, tokenProblem } from './token-text.ts'

/** A token as Clew knows it: never the token itself. */
export interface TokenEntry {
  readonly name: string
  readonly scopes: readonly Scope[]
  /** SHA-256 in hex. */
  readonly hash: string
}

/** An entry that was read, and the token when it was written in plain text. */
export interface ParsedEntry {
  readonly entry: TokenEntry
  readonly plain: string | undefined
}

const HASH = /^sha256:([0-9a-f]{64})$/

/**
 * Reads `<token>`, `<name>:<token>` or `<name>:<scopes>:<token>`; scopes are joined by `+`, `admin` when not said; in place
 * of the token may stand `sha256:<64 hex digits>`. `number` names an entry without a name. Gives a sentence when it is wrong;
 * the sentence does not repeat the token.
 */
export function parseTokenEntry(text: string, number: number): ParsedEntry | string {
  const hashAt = text.indexOf('sha256:')
  const head = hashAt < 0 ? text.split(':') : [...text.slice(0, hashAt).split(':').slice(0, -1), text.slice(hashAt)]
  if (head.length > 3) return `entry ${number} has too many parts; write <name>:<scopes>:<token>`
  const secret = head.at(-1) ?? ''
  const name = head.length > 1 ? (head[0] ?? '') : `token-${number}`
  const wrongName = nameProblem(name)
  if (wrongName !== undefined) return `entry ${number}: ${wrongName}`
  const scopes = head.length === 3 ? parseScopes(head[1] ?? '') : (['admin'] as const)
  if (typeof scopes === 'string') return `entry ${number} (${name}): ${scopes}`
  if (hashAt >= 0) {
    const hash = HASH.exec(secret)?.[1]
    if (hash === undefined) return `entry ${number} (${name}): after sha256: stand 64 hex digits in lower case`
    return { entry: { name, scopes, hash }, plain: undefined }
  }
  const problem = tokenProblem(secret)
  if (problem !== undefined) return `entry ${number} (${name}): the token ${problem}`
  return { entry: { name, scopes, hash: hashToken(secret) }, plain: secret }
}

/** The entry as it is written in settings, with the hash in place of the token. */
export function entryText({ name, scopes, hash }: TokenEntry): string {
  return `${name}:${scopes.join('+')}:sha256:${hash}`
}

/** Reads `ingest+read` or `ingest,read`. Gives a sentence when it is wrong. */
export function parseScopes(text: string): readonly Scope[] | string {
  const names = text.split(/[+,]/).map((name) => name.trim())
  const scopes = SCOPES.filter((scope) => names.includes(scope))
  const unknown = names.find((name) => !(SCOPES as readonly string[]).includes(name))
  return unknown === undefined ? scopes : `'${unknown}' is no scope; there are ${SCOPES.join(', ')}`
}

/** Why a text cannot be the name of a token; undefined when it can. */
export function nameProblem(name: string): string | undefined {
  return /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(name)
    ? undefined
    : 'a name has 1 to 64 letters, digits, dots, dashes and underscores'
}
