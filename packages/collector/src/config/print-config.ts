import { isSecretName, REDACTED, redactText } from '@clew/base/redact'
import { stringify } from 'yaml'
import { toPlain, type Tree } from './tree.ts'

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
    const pair = secretPair(value)
    return Object.fromEntries(
      Object.entries(value).map(([name, inner]) => [
        name,
        mask(inner, name, hidden || isSecretName(name) || (pair && name === 'value')),
      ]),
    )
  }
  if (value === null || value === undefined || value === '') return value
  if (secret) return REDACTED
  return typeof value === 'string' ? redactText(value) : value
}

/** `{key: api_key, value: …}`, as attributes and some headers are written. */
function secretPair(value: object): boolean {
  const { key, name } = value as { key?: unknown; name?: unknown }
  return [key, name].some((text) => typeof text === 'string' && isSecretName(text))
}
