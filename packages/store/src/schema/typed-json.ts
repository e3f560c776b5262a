import type { AnyValue, KeyValue } from '@clew/otlp/model'

/*
 * Arrays and maps as JSON whose leaves keep their OTLP type: text is a JSON string, bool a JSON boolean, the empty value
 * null, an array a JSON array. An int64 is a JSON integer without point or exponent; a double always has a point or an
 * exponent, or is {"$double":"NaN"}; bytes are {"$bytes":"<base64>"}; a map is an object, or {"$map":[["k",v],…]} when a
 * key repeats or begins with `$`.
 */

/** Shortest decimal that reads back as the same double and cannot be taken for an integer. */
export function doubleText(value: number): string {
  if (Number.isNaN(value)) return 'nan'
  if (value === Infinity) return 'inf'
  if (value === -Infinity) return '-inf'
  if (Object.is(value, -0)) return '-0.0'
  const text = String(value)
  return Number.isInteger(value) && !text.includes('e') ? `${text}.0` : text
}

/** The inverse of `doubleText`. */
export function parseDouble(text: string): number {
  if (text === 'nan') return Number.NaN
  if (text === 'inf') return Infinity
  if (text === '-inf') return -Infinity
  return Number(text)
}

/** A value as typed JSON. */
export function toTypedJson(value: AnyValue): string {
  if (value.stringValue !== undefined) return JSON.stringify(value.stringValue)
  if (value.boolValue !== undefined) return String(value.boolValue)
  if (value.intValue !== undefined) return value.intValue.toString()
  if (value.doubleValue !== undefined) {
    const text = doubleText(value.doubleValue)
    return Number.isFinite(value.doubleValue) ? text : `{"$double":"${text}"}`
  }
  if (value.bytesValue !== undefined) return `{"$bytes":"${Buffer.from(value.bytesValue).toString('base64')}"}`
  if (value.arrayValue !== undefined) return `[${(value.arrayValue.values ?? []).map(toTypedJson).join(',')}]`
  if (value.kvlistValue !== undefined) return mapJson(value.kvlistValue.values ?? [])
  return 'null'
}

function mapJson(entries: readonly KeyValue[]): string {
  const keys = new Set(entries.map((entry) => entry.key ?? ''))
  const plain = keys.size === entries.length && ![...keys].some((key) => key.startsWith('$'))
  const pairs = entries.map((entry) => [JSON.stringify(entry.key ?? ''), toTypedJson(entry.value ?? {})] as const)
  if (plain) return `{${pairs.map(([key, value]) => `${key}:${value}`).join(',')}}`
  return `{"$map":[${pairs.map(([key, value]) => `[${key},${value}]`).join(',')}]}`
}
