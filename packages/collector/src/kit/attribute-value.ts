import { createHash } from 'node:crypto'
import type { AnyValue } from '@clew/otlp/model'

/** A plain configuration value as an attribute value. Whole numbers are ints. Undefined for what has no form (null). */
export function toAnyValue(value: unknown): AnyValue | undefined {
  if (typeof value === 'string') return { stringValue: value }
  if (typeof value === 'boolean') return { boolValue: value }
  if (typeof value === 'bigint') return { intValue: value }
  if (typeof value === 'number') {
    return Number.isSafeInteger(value) ? { intValue: BigInt(value) } : { doubleValue: value }
  }
  if (typeof value !== 'object' || value === null) return undefined
  if (Array.isArray(value)) return { arrayValue: { values: value.map((item) => toAnyValue(item) ?? {}) } }
  return {
    kvlistValue: { values: Object.entries(value).map(([key, item]) => ({ key, value: toAnyValue(item) ?? {} })) },
  }
}

/** The value as text, the way the Collector writes it: lists and maps as JSON, bytes as base64. */
export function asText(value: AnyValue): string {
  if (value.stringValue !== undefined) return value.stringValue
  if (value.boolValue !== undefined) return String(value.boolValue)
  if (value.intValue !== undefined) return String(value.intValue)
  if (value.doubleValue !== undefined) return String(value.doubleValue)
  if (value.bytesValue !== undefined) return Buffer.from(value.bytesValue).toString('base64')
  if (value.arrayValue !== undefined || value.kvlistValue !== undefined) return JSON.stringify(toJson(value))
  return ''
}

function toJson(value: AnyValue): unknown {
  if (value.arrayValue !== undefined) return (value.arrayValue.values ?? []).map(toJson)
  if (value.kvlistValue !== undefined) {
    return Object.fromEntries(
      (value.kvlistValue.values ?? []).map((item) => [item.key ?? '', toJson(item.value ?? {})]),
    )
  }
  if (value.intValue !== undefined) return Number(value.intValue)
  return (
    value.stringValue ?? value.boolValue ?? value.doubleValue ?? (value.bytesValue === undefined ? null : asText(value))
  )
}

/** SHA-1 as lower-case hex: of the text of strings, and of the little-endian 8 bytes of numbers. */
export function hashOf(value: AnyValue): string {
  let bytes: Uint8Array
  if (value.boolValue !== undefined) bytes = Uint8Array.of(value.boolValue ? 1 : 0)
  else if (value.intValue !== undefined) {
    const buffer = Buffer.alloc(8)
    buffer.writeBigInt64LE(BigInt.asIntN(64, BigInt(value.intValue)))
    bytes = buffer
  } else if (value.doubleValue !== undefined) {
    const buffer = Buffer.alloc(8)
    buffer.writeDoubleLE(value.doubleValue)
    bytes = buffer
  } else bytes = value.bytesValue ?? Buffer.from(asText(value))
  return createHash('sha1').update(bytes).digest('hex')
}

const INT64_MIN = -(2n ** 63n)
const INT64_MAX = 2n ** 63n - 1n

/** The value as another type, or undefined when it cannot be one: it then stays what it is. */
export function convertValue(value: AnyValue, type: 'int' | 'double' | 'string'): AnyValue | undefined {
  if (type === 'string') return { stringValue: asText(value) }
  if (type === 'double') {
    if (value.doubleValue !== undefined) return value
    if (value.intValue !== undefined) return { doubleValue: Number(value.intValue) }
    if (value.boolValue !== undefined) return { doubleValue: value.boolValue ? 1 : 0 }
    const text = value.stringValue?.trim() ?? ''
    return text === '' || Number.isNaN(Number(text)) ? undefined : { doubleValue: Number(text) }
  }
  if (value.intValue !== undefined) return value
  if (value.doubleValue !== undefined) {
    return Number.isFinite(value.doubleValue) ? inRange(BigInt(Math.trunc(value.doubleValue))) : undefined
  }
  if (value.boolValue !== undefined) return { intValue: value.boolValue ? 1n : 0n }
  const text = value.stringValue ?? ''
  return /^[-+]?\d+$/.test(text) ? inRange(BigInt(text.replace(/^\+/, ''))) : undefined
}

function inRange(value: bigint): AnyValue | undefined {
  return value >= INT64_MIN && value <= INT64_MAX ? { intValue: value } : undefined
}
