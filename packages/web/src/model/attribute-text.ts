import type { AnyValue, Attribute } from '@clew/contract/common'

/** An attribute value as one line of text, for lists and for copying. */
export function valueText(value: AnyValue): string {
  switch (value.type) {
    case 'string':
      return value.value
    case 'array':
      return `[${value.value.map(nestedText).join(', ')}]`
    case 'kvlist':
      return `{${value.value.map((entry) => `${entry.key}: ${nestedText(entry.value)}`).join(', ')}}`
    case 'bytes':
      return `base64:${value.value}`
    case 'empty':
      return ''
    case 'int':
    case 'double':
    case 'bool':
      return String(value.value)
  }
}

const nestedText = (value: AnyValue): string =>
  value.type === 'string' ? JSON.stringify(value.value) : valueText(value)

/** Attributes whose key or value contains the text, whatever its case; sorted by key. */
export function matchingAttributes(attributes: readonly Attribute[], text: string): readonly Attribute[] {
  const wanted = text.toLowerCase()
  return attributes
    .filter(({ key, value }) => wanted === '' || `${key} ${valueText(value)}`.toLowerCase().includes(wanted))
    .sort((a, b) => (a.key < b.key ? -1 : 1))
}
