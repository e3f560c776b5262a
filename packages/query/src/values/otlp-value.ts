import type { AnyValue, Attribute } from '@clew/contract/common'
import type { AnyValue as OtlpValue, KeyValue } from '@clew/otlp/model'

/** An OTLP value as the API gives it. */
export function otlpValue(value: OtlpValue | undefined): AnyValue {
  if (value === undefined) return { type: 'empty', value: null }
  if (value.stringValue !== undefined) return { type: 'string', value: value.stringValue }
  if (value.boolValue !== undefined) return { type: 'bool', value: value.boolValue }
  if (value.intValue !== undefined) return { type: 'int', value: value.intValue.toString() }
  if (value.doubleValue !== undefined) return otlpDouble(value.doubleValue)
  if (value.bytesValue !== undefined) {
    return { type: 'bytes', value: Buffer.from(value.bytesValue).toString('base64') }
  }
  if (value.arrayValue !== undefined) return { type: 'array', value: (value.arrayValue.values ?? []).map(otlpValue) }
  if (value.kvlistValue !== undefined) return { type: 'kvlist', value: otlpAttributes(value.kvlistValue.values) }
  return { type: 'empty', value: null }
}

/** OTLP attributes as the API gives them, in the order they were sent. */
export function otlpAttributes(attributes: readonly KeyValue[] | undefined): Attribute[] {
  return (attributes ?? []).map((each) => ({ key: each.key ?? '', value: otlpValue(each.value) }))
}

function otlpDouble(value: number): AnyValue {
  if (Number.isNaN(value)) return { type: 'double', value: 'NaN' }
  if (value === Infinity) return { type: 'double', value: 'Infinity' }
  return { type: 'double', value: value === -Infinity ? '-Infinity' : value }
}
