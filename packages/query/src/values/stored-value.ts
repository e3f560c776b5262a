import type { AnyValue, Attribute } from '@clew/contract/common'
import { decodeAttributeValue } from '@clew/store/read/attributes-decode'
import { otlpValue } from './otlp-value.ts'

/** A value of an attribute map as the API gives it. */
export function storedValue(stored: string): AnyValue {
  return otlpValue(decodeAttributeValue(stored))
}

/** An attribute map as the driver gives it (pairs), in order of keys. */
export function storedAttributes(pairs: readonly (readonly [string, string])[]): Attribute[] {
  return sortAttributes(pairs.map(([key, value]) => ({ key, value: storedValue(value) })))
}

/** Stable order for people: by key. */
export function sortAttributes(attributes: Attribute[]): Attribute[] {
  return attributes.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
}

/** One line of text for a value: what lists and labels show. */
export function valueText(value: AnyValue): string {
  switch (value.type) {
    case 'string':
    case 'int':
    case 'bytes':
      return value.value
    case 'double':
    case 'bool':
      return String(value.value)
    case 'empty':
      return ''
    case 'array':
      return `[${value.value.map(nestedText).join(',')}]`
    case 'kvlist':
      return `{${value.value.map((each) => `${JSON.stringify(each.key)}:${nestedText(each.value)}`).join(',')}}`
  }
}

function nestedText(value: AnyValue): string {
  if (value.type === 'string' || value.type === 'bytes') return JSON.stringify(value.value)
  return value.type === 'empty' ? 'null' : valueText(value)
}
