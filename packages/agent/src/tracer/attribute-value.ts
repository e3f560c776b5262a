import { diag } from '@opentelemetry/api'

/** A value as it is kept: a primitive, or an array of its own. */
export type KeptValue = string | number | boolean | readonly (string | number | boolean | null | undefined)[]

/**
 * The value to keep, cut to `maxLength`; undefined, with a word to the diagnostics, for what the API does not allow.
 * Arrays must be of one primitive kind; null and undefined inside them are allowed.
 */
export function keptValue(key: string, value: unknown, maxLength: number): KeptValue | undefined {
  if (typeof value === 'string') return value.length > maxLength ? value.slice(0, maxLength) : value
  if (typeof value === 'number' || typeof value === 'boolean') return value
  if (Array.isArray(value) && isHomogeneous(value)) return keptArray(value, maxLength)
  diag.warn(`Invalid attribute value set for key: ${key}`)
  return undefined
}

/** Whether a key is one; says so to the diagnostics when it is not. */
export function isKey(key: unknown): key is string {
  if (typeof key === 'string' && key !== '') return true
  diag.warn(`Invalid attribute key: ${String(key)}`)
  return false
}

/**
 * The attributes of an event or a link, flat (`[key, value, key, value …]`), where null is a value too, and how many
 * were over the limit.
 */
export function keptAttributes(
  attributes: unknown,
  maxCount: number,
  maxLength: number,
): { readonly flat: readonly unknown[]; readonly dropped: number } {
  const flat: unknown[] = []
  let dropped = 0
  if (typeof attributes !== 'object' || attributes === null) return { flat, dropped }
  for (const [key, value] of Object.entries(attributes as Record<string, unknown>)) {
    if (!isKey(key)) continue
    const kept = value === null || value === undefined ? null : keptValue(key, value, maxLength)
    if (kept === undefined) continue
    if (flat.length >= maxCount * 2) dropped++
    else flat.push(key, kept)
  }
  return { flat, dropped }
}

type Primitive = string | number | boolean | null | undefined

function isHomogeneous(array: readonly unknown[]): array is readonly Primitive[] {
  let kind: string | undefined
  for (const element of array) {
    if (element === null || element === undefined) continue
    const own = typeof element
    if (kind === undefined && (own === 'string' || own === 'number' || own === 'boolean')) kind = own
    if (own !== kind) return false
  }
  return true
}

function keptArray(array: readonly Primitive[], maxLength: number): KeptValue {
  if (maxLength === Number.POSITIVE_INFINITY) return array.slice()
  return array.map((element) => (typeof element === 'string' ? element.slice(0, maxLength) : element))
}
