import type { AnyValue } from '@clew/contract/common'

/** A value as it is written in a query and on one line: text as it is, structures as JSON. */
export function valueText(value: AnyValue): string {
  return value.type === 'array' || value.type === 'kvlist' ? JSON.stringify(plain(value)) : scalarText(value)
}

/** A value over several lines: structures as indented JSON, text as it is. */
export function prettyValue(value: AnyValue): string {
  return value.type === 'array' || value.type === 'kvlist' ? JSON.stringify(plain(value), null, 2) : scalarText(value)
}

/** The text laid out when it is JSON; undefined when it is not, or when laying it out would change nothing. */
export function prettyJsonText(text: string): string | undefined {
  if (!/^\s*[[{]/.test(text)) return undefined
  try {
    const parsed: unknown = JSON.parse(text)
    const laidOut = JSON.stringify(parsed, null, 2)
    // Numbers that do not survive parsing (large integers) must not be shown changed.
    return laidOut.replace(/\s/g, '') === text.replace(/\s/g, '') ? laidOut : undefined
  } catch {
    return undefined
  }
}

function scalarText(value: Exclude<AnyValue, { type: 'array' | 'kvlist' }>): string {
  return value.type === 'empty' ? '' : String(value.value)
}

function plain(value: AnyValue): unknown {
  if (value.type === 'array') return value.value.map(plain)
  if (value.type === 'kvlist') {
    return Object.fromEntries(value.value.map((attribute) => [attribute.key, plain(attribute.value)]))
  }
  if (value.type !== 'int') return value.value
  const number = Number(value.value)
  return Number.isSafeInteger(number) ? number : value.value
}
