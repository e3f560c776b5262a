import { createHash, randomBytes } from 'node:crypto'

/** How tokens that Clew makes begin, so that people and secret scanners know one when they see it. */
const PREFIX = 'clew_'
const RANDOM_BYTES = 32
/** Below this a token of somebody's own making could be guessed. */
const MIN_LENGTH = 20
const MAX_LENGTH = 512

/** A new token: 256 random bits as text that needs no quoting anywhere. */
export function newToken(): string {
  return PREFIX + randomBytes(RANDOM_BYTES).toString('base64url')
}

/** Why a text cannot be a token (RFC 6750 section 2.1: b64token, here of 20 to 512 characters); undefined when it can. */
export function tokenProblem(text: string): string | undefined {
  if (!/^[A-Za-z0-9._~+/-]+=*$/.test(text)) return 'has characters other than A-Z a-z 0-9 . _ ~ + / - and = at the end'
  if (text.length < MIN_LENGTH)
    return `has ${text.length} characters; a token that nobody guesses has ${MIN_LENGTH} or more`
  return text.length > MAX_LENGTH ? `has more than ${MAX_LENGTH} characters` : undefined
}

/** What is kept of a token: SHA-256 in hex. Tokens are random, so nothing slower is needed to keep them secret. */
export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}
