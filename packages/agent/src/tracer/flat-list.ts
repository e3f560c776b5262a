import type { Attributes, AttributeValue } from '@opentelemetry/api'

/** Above this length of the flat list a map finds keys faster than a look at each. */
export const MANY_ENTRIES = 48

/** Where the value of a key is in a list of keys and values in turn; -1 when it is not there. */
export function flatIndex(flat: readonly unknown[], key: string): number {
  for (let i = 0; i < flat.length; i += 2) if (flat[i] === key) return i + 1
  return -1
}

/** The list as an object. */
export function objectOfFlat(flat: readonly unknown[]): Attributes {
  const attributes: Attributes = {}
  for (let i = 0; i < flat.length; i += 2) attributes[flat[i] as string] = flat[i + 1] as AttributeValue
  return attributes
}
