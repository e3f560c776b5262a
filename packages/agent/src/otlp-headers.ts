/** A token that needs no list, no name and no quoting. */
const PLAIN_TOKEN = /^[A-Za-z0-9._~+/-]+=*$/

/** OTEL_EXPORTER_OTLP_HEADERS with a token added, unless an `authorization` header is there already. */
export function withToken(headers: string | undefined, token: string): string {
  const present = headers?.trim() ?? ''
  if (/(^|,)\s*authorization\s*=/i.test(present)) return present
  // The value is percent-encoded, as in a baggage header (OpenTelemetry: Specifying headers via environment variables).
  const header = `authorization=${encodeURIComponent(`Bearer ${token}`)}`
  return present === '' ? header : `${present},${header}`
}

/** The token that CLEW_AUTH_TOKEN gives to the agent; undefined for lists and hashes, which are for a server. */
export function tokenFrom(env: Readonly<Record<string, string | undefined>>): string | undefined {
  const text = env['CLEW_AUTH_TOKEN']?.trim()
  return text !== undefined && PLAIN_TOKEN.test(text) ? text : undefined
}
