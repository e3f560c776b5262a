import {
  VALUE_ARRAY,
  VALUE_BOOL,
  VALUE_BYTES,
  VALUE_DOUBLE,
  VALUE_INT,
  VALUE_KVLIST,
  VALUE_STRING,
  type ValueView,
} from '@clew/otlp/views/value-view'
import type { StringColumn } from '../native/bytes-columns.ts'
import { FIRST_PLAIN_BYTE, VALUE_TAG } from '../schema/attribute-value.ts'
import { doubleText, toTypedJson } from '../schema/typed-json.ts'

/** Appends a value in the map's form (schema/attribute-value.ts). */
export function pushValue(values: StringColumn, value: ValueView): void {
  if (value.type === VALUE_STRING) {
    if (value.end > value.start && value.source[value.start]! < FIRST_PLAIN_BYTE)
      return values.pushTagged(VALUE_TAG.text, value.source, value.start, value.end)
    return values.push(value.source, value.start, value.end)
  }
  if (value.type === VALUE_INT) {
    if (value.high === 0) return pushSmallInt(values, value.low)
    return pushTaggedAscii(values, VALUE_TAG.int, intText(value))
  }
  if (value.type === VALUE_BOOL) return pushTaggedAscii(values, VALUE_TAG.bool, value.low === 0 ? 'false' : 'true')
  if (value.type === VALUE_DOUBLE) return pushTaggedAscii(values, VALUE_TAG.double, doubleText(value.double))
  const [tag, text] = tagAndText(value)
  values.pushText(String.fromCharCode(tag) + text)
}

/** Appends a value as text without tag; returns the tag. */
export function pushValueText(values: StringColumn, value: ValueView): number {
  if (value.type === VALUE_STRING) {
    values.push(value.source, value.start, value.end)
    return VALUE_TAG.text
  }
  const [tag, text] = tagAndText(value)
  values.pushText(text)
  return tag
}

function tagAndText(value: ValueView): readonly [number, string] {
  switch (value.type) {
    case VALUE_INT:
      return [VALUE_TAG.int, intText(value)]
    case VALUE_BOOL:
      return [VALUE_TAG.bool, value.low === 0 ? 'false' : 'true']
    case VALUE_DOUBLE:
      return [VALUE_TAG.double, doubleText(value.double)]
    case VALUE_BYTES:
      return [VALUE_TAG.bytes, Buffer.from(value.bytes()).toString('base64')]
    case VALUE_ARRAY:
      return [VALUE_TAG.array, toTypedJson(value.toModel())]
    case VALUE_KVLIST:
      return [VALUE_TAG.map, toTypedJson(value.toModel())]
    default:
      return [VALUE_TAG.empty, '']
  }
}

/** Decimal int64. */
function intText(value: ValueView): string {
  const high = value.high | 0
  if (high >= -0x20_0000 && high < 0x20_0000) return String(high * 0x1_0000_0000 + value.low)
  return value.int().toString()
}

/** Appends the tag and the digits of an unsigned 32-bit integer, without making a text of it. */
function pushSmallInt(values: StringColumn, value: number): void {
  let digits = 1
  for (let limit = 10; value >= limit; limit *= 10) digits++
  const data = values.data
  data.reserve(digits + 2)
  const bytes = data.bytes
  const at = data.length
  bytes[at] = digits + 1
  bytes[at + 1] = VALUE_TAG.int
  let rest = value
  for (let i = at + 1 + digits; i > at + 1; i--) {
    const next = Math.floor(rest / 10)
    bytes[i] = 48 + rest - next * 10
    rest = next
  }
  data.length = at + digits + 2
  values.length++
}

/** Appends a tag and ASCII text. */
function pushTaggedAscii(values: StringColumn, tag: number, text: string): void {
  const data = values.data
  const length = text.length
  data.varUint(length + 1)
  data.reserve(length + 1)
  const bytes = data.bytes
  let at = data.length
  bytes[at++] = tag
  for (let i = 0; i < length; i++) bytes[at++] = text.charCodeAt(i)
  data.length = at
  values.length++
}
