import type { AnyValue, KeyValue } from '@clew/otlp/model'
import { FIRST_PLAIN_BYTE, VALUE_TAG } from '../schema/attribute-value.ts'
import type { PromotedAttribute } from '../schema/promoted.ts'
import { parseDouble } from '../schema/typed-json.ts'
import { parseTypedJson } from './parse-typed-json.ts'

/** A map column as it comes in a query result. */
export type MapPairs = readonly (readonly [string, string])[]

/** One stored value with its OTLP type. */
export function decodeAttributeValue(stored: string): AnyValue {
  if (stored === '' || stored.charCodeAt(0) >= FIRST_PLAIN_BYTE) return { stringValue: stored }
  return decodeTagged(stored.charCodeAt(0), stored.slice(1))
}

/** A value given as its tag and its text without tag (log bodies are stored so). */
export function decodeTagged(tag: number, text: string): AnyValue {
  switch (tag) {
    case VALUE_TAG.text:
      return { stringValue: text }
    case VALUE_TAG.int:
      return { intValue: BigInt(text) }
    case VALUE_TAG.double:
      return { doubleValue: parseDouble(text) }
    case VALUE_TAG.bool:
      return { boolValue: text === 'true' }
    case VALUE_TAG.bytes:
      return { bytesValue: new Uint8Array(Buffer.from(text, 'base64')) }
    case VALUE_TAG.array:
    case VALUE_TAG.map:
      return parseTypedJson(text)
    default:
      return {}
  }
}

/** All attributes of a map column. */
export function decodeAttributes(pairs: MapPairs): KeyValue[] {
  return pairs.map(([key, stored]) => ({ key, value: decodeAttributeValue(stored) }))
}

/** All attributes of a row: promoted columns first, then the map. */
export function decodeRowAttributes(
  row: Readonly<Record<string, unknown>>,
  pairs: MapPairs,
  promoted: readonly PromotedAttribute[],
): KeyValue[] {
  const attributes: KeyValue[] = []
  for (const { key, column, type } of promoted) {
    const value = row[column]
    if (typeof value !== 'string') continue
    if (type === 'int' && value !== '0') attributes.push({ key, value: { intValue: BigInt(value) } })
    if (type === 'string' && value !== '') attributes.push({ key, value: { stringValue: value } })
  }
  return [...attributes, ...decodeAttributes(pairs)]
}
