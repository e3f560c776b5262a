/** Path and query of a request target; the query without its question mark, empty when there is none. */
export interface RequestTarget {
  readonly path: string
  readonly query: string
}

/** A target in origin form of which a URL parser would change nothing. */
const PLAIN = /^\/(?![/\\])[\w\-.~!$&()*+,;=:@%/]*(?:\?[\w\-.~!$&()*+,;=:@%/?]*)?$/
const DOT_SEGMENT = /\/(?:\.|%2e)/i

/** Query parameters that let somebody in: their values are never recorded. */
const SECRET =
  /(^|&)(sig|Signature|AWSAccessKeyId|X-Goog-Signature|X-Amz-(?:Signature|Credential|Security-Token))=[^&]*/g

/** Splits the target of a request line; undefined for what is no URL. Secrets in the query become REDACTED. */
export function requestTarget(target: string, host: string | undefined): RequestTarget | undefined {
  if (PLAIN.test(target) && !DOT_SEGMENT.test(target)) {
    const mark = target.indexOf('?')
    if (mark < 0) return { path: target, query: '' }
    return { path: target.slice(0, mark), query: redactedQuery(target.slice(mark + 1)) }
  }
  const base = `http://${host ?? 'localhost'}`
  const url = URL.canParse(target, base) ? new URL(target, base) : undefined
  return url === undefined ? undefined : { path: url.pathname, query: redactedQuery(url.search.slice(1)) }
}

/** The query with REDACTED in place of what lets somebody in. */
export function redactedQuery(query: string): string {
  // Every name on the list has one of these in it, and hardly any other query does.
  if (!query.includes('ig') && !query.includes('AWS') && !query.includes('X-Amz-')) return query
  return query.replace(SECRET, '$1$2=REDACTED')
}
