import { assertUnreachable } from '@clew/base/errors'
import type { AnyValue } from '@clew/contract/common'
import { oneLine } from './plain-text.ts'

/** An attribute value as one line; strings without quotes at the top, JSON-like below. */
export function anyValueText(value: AnyValue): string {
  return value.type === 'string' ? oneLine(value.value) : nested(value)
}

function nested(value: AnyValue): string {
  switch (value.type) {
    case 'string':
      return JSON.stringify(value.value)
    case 'int':
      return value.value
    case 'double':
    case 'bool':
      return String(value.value)
    case 'bytes':
      return `base64(${value.value})`
    case 'array':
      return `[${value.value.map(nested).join(', ')}]`
    case 'kvlist':
      return `{${value.value.map(({ key, value: inner }) => `${JSON.stringify(key)}: ${nested(inner)}`).join(', ')}}`
    case 'empty':
      return 'null'
    default:
      return assertUnreachable(value)
  }
}
