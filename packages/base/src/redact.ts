/** What stands where a secret was. */
export const REDACTED = '[REDACTED]'

const SECRET_NAME =
  /(?:^|_)(?:password|passwd|pwd|passphrase|secret|token|api_?key|access_?key|private_?key|secret_?key|signing_?key|encryption_?key|session_?key|key_pem|credentials?|authorization|cookie|dsn|connection_string)$/

/** True for names that secrets go by, however they are spelled: `password`, `X-Api-Key`, `clientSecret`, `AUTH_TOKEN`. */
export function isSecretName(name: string): boolean {
  if (name.length > 200) return false
  const words = name.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase()
  return SECRET_NAME.test(words.replace(/[-.\s:]/g, '_'))
}

// Each is linear in the text, whatever the text is: no repetition stands where two parts could match the same characters.
const URL_PASSWORD = /\b([a-z][a-z0-9+.-]{0,30}:\/\/[^\s/?#@:]{0,256}):[^\s/?#]{1,1024}@/gi
const OWN_TOKEN = /\bclew_[A-Za-z0-9_-]{43}(?![A-Za-z0-9_-])/g
const AUTHORIZATION = /\b(bearer|basic)(\s|%20)([A-Za-z0-9._~+/=-]{8,})/gi
const ASSIGNMENT =
  /\b((?:[A-Za-z0-9]{1,40}[_-]){0,4}(?:password|passwd|passphrase|secret|token|api[_-]?key|access[_-]?key|private[_-]?key))(=|"\s?:\s?")([^\s,;&"']{1,4096})/gi
const PRIVATE_KEY =
  /-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----[A-Za-z0-9+/=\s]*(?:-----END [A-Z ]{0,40}PRIVATE KEY-----)?/g

/**
 * A text with the secrets that can be told by their form masked: passwords in addresses, `Bearer` and `Basic` credentials,
 * tokens that Clew made, private keys, and what is assigned to a name that secrets go by. For logs and messages.
 */
export function redactText(text: string): string {
  return text
    .replace(PRIVATE_KEY, REDACTED)
    .replace(URL_PASSWORD, `$1:${REDACTED}@`)
    .replace(AUTHORIZATION, (whole: string, scheme: string, gap: string, credential: string) =>
      // "basic authentication" is a phrase and not a credential.
      /^[a-z]+[.]?$/.test(credential) ? whole : `${scheme}${gap}${REDACTED}`,
    )
    .replace(OWN_TOKEN, REDACTED)
    .replace(ASSIGNMENT, `$1$2${REDACTED}`)
}

/** Anything as JSON may hold it, with `redactText` on every text and the values of secret names masked. Cycles are cut at depth 8. */
export function redactValue(value: unknown, name = '', depth = 0): unknown {
  if (value === null || value === undefined || value === '') return value
  if (typeof value === 'function' || (name !== '' && typeof value !== 'object' && isSecretName(name))) return REDACTED
  if (typeof value === 'string') return redactText(value)
  if (typeof value !== 'object') return value
  if (depth >= 8) return '…'
  if (Array.isArray(value)) return value.map((item) => redactValue(item, name, depth + 1))
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, redactValue(inner, key, depth + 1)]))
}
