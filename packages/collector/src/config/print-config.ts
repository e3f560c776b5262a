import { stringify } from 'yaml'
import { toPlain, type Tree } from './tree.ts'

const REDACTED = '[REDACTED]'
/** Keys whose values are secrets wherever they stand. */
const SECRET_KEY =
  /(^|_)(password|passwd|secret|token|api_?key|access_?key|private_?key|key_pem|credentials?|authorization)$/i
/** Maps whose values may all be secrets. */
const SECRET_MAPS = new Set(['headers'])

/**
 * The merged and expanded configuration as YAML. Secrets are masked unless `redact` is false: values of headers, keys
 * that are named like secrets, PEM keys, and passwords inside URLs.
 */
export function printConfig(tree: Tree, options: { readonly redact: boolean }): string {
  const plain = toPlain(tree)
  return stringify(options.redact ? mask(plain, '', false) : plain, { lineWidth: 0 })
}

function mask(value: unknown, key: string, secret: boolean): unknown {
  if (Array.isArray(value)) return value.map((item) => mask(item, key, secret))
  if (typeof value === 'object' && value !== null) {
    const hidden = secret || SECRET_MAPS.has(key)
    return Object.fromEntries(
      Object.entries(value).map(([name, inner]) => [name, mask(inner, name, hidden || SECRET_KEY.test(name))]),
    )
  }
  if (value === null || value === undefined || value === '') return value
  if (secret) return REDACTED
  return typeof value === 'string' ? maskUrl(value) : value
}

/** `scheme://user:password@host` keeps everything but the password. */
function maskUrl(text: string): string {
  return text.replace(/^([a-z][a-z0-9+.-]*:\/\/[^/\s:@]*):[^/\s@]+@/i, `$1:${REDACTED}@`)
}
