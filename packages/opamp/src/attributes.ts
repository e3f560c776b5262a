import type { AnyValue, KeyValue } from './messages.ts'

/** Attributes with plain text, numbers and booleans, as the protocol carries them. Whole numbers are int64. */
export function keyValues(attributes: Readonly<Record<string, unknown>>): KeyValue[] {
  const list: KeyValue[] = []
  for (const [key, value] of Object.entries(attributes)) {
    const converted = toAnyValue(value)
    if (converted !== undefined) list.push({ key, value: converted })
  }
  return list
}

function toAnyValue(value: unknown): AnyValue | undefined {
  if (typeof value === 'string') return { stringValue: value }
  if (typeof value === 'boolean') return { boolValue: value }
  if (typeof value === 'number')
    return Number.isSafeInteger(value) ? { intValue: BigInt(value) } : { doubleValue: value }
  if (!Array.isArray(value)) return undefined
  return { arrayValue: { values: value.map((each) => toAnyValue(each)).filter((each) => each !== undefined) } }
}

/** A value as text for people; lists are joined by commas. */
export function anyValueText(value: AnyValue | undefined): string {
  if (value === undefined) return ''
  if (value.stringValue !== undefined) return value.stringValue
  if (value.arrayValue !== undefined) return value.arrayValue.values.map((each) => anyValueText(each)).join(', ')
  if (value.kvlistValue !== undefined) {
    return value.kvlistValue.values.map((each) => `${each.key}=${anyValueText(each.value)}`).join(', ')
  }
  if (value.bytesValue !== undefined)
    return Array.from(value.bytesValue, (byte) => byte.toString(16).padStart(2, '0')).join('')
  const plain = value.boolValue ?? value.intValue ?? value.doubleValue
  return plain === undefined ? '' : String(plain)
}
