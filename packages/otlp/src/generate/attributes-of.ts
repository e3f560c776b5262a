import type { AnyValue, KeyValue } from '../model.ts'

/** A plain value that has one obvious OTLP type: text, bool, whole number (int), other number (double), bigint, list. */
export type PlainValue = string | boolean | number | bigint | Uint8Array | readonly PlainValue[]

/** A plain value as AnyValue. Whole numbers become ints, -0 and fractions doubles. */
export function anyValueOf(value: PlainValue): AnyValue {
  if (typeof value === 'string') return { stringValue: value }
  if (typeof value === 'boolean') return { boolValue: value }
  if (typeof value === 'bigint') return { intValue: value }
  if (typeof value === 'number') {
    const isWhole = Number.isSafeInteger(value) && !Object.is(value, -0)
    return isWhole ? { intValue: BigInt(value) } : { doubleValue: value }
  }
  if (value instanceof Uint8Array) return { bytesValue: value }
  return { arrayValue: { values: value.map(anyValueOf) } }
}

/** Attributes from a plain object, in its order. */
export function attributesOf(values: Readonly<Record<string, PlainValue>>): KeyValue[] {
  return Object.entries(values).map(([key, value]) => ({ key, value: anyValueOf(value) }))
}
