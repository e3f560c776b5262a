/**
 * The token in an `Authorization` header: `Bearer <token>` (RFC 6750), or the password of `Basic` (RFC 7617) for clients
 * that know nothing else, such as data sources and scrapers. Undefined when there is none. Linear, whatever is sent.
 */
export function credentialOf(authorization: string | undefined): string | undefined {
  if (authorization === undefined || authorization.length > MAX_HEADER_LENGTH) return undefined
  const space = authorization.indexOf(' ')
  if (space < 0) return undefined
  const scheme = authorization.slice(0, space).toLowerCase()
  const rest = authorization.slice(space + 1).trim()
  if (rest === '') return undefined
  if (scheme === 'bearer') return rest
  if (scheme !== 'basic') return undefined
  const pair = Buffer.from(rest, 'base64').toString('utf8')
  const colon = pair.indexOf(':')
  return colon < 0 || colon === pair.length - 1 ? undefined : pair.slice(colon + 1)
}

/** Longer than any token with its scheme, also in base64 with a long user name. */
const MAX_HEADER_LENGTH = 2048
