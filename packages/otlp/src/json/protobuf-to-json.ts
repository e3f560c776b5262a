import { assertUnreachable } from '@clew/base/errors'
import type { Batch } from '../batch.ts'
import type { Field, MessageType } from '../schema/message-type.ts'
import { isPackable, unpack } from '../packed.ts'
import { REQUEST_TYPES } from '../schema/otlp-schema.ts'
import { doubleAt, int64At, int64Of, uint32At, uint64At, uint64Of, zigzag32 } from '../wire/fixed.ts'
import { TextCache } from '../text-cache.ts'
import { hexAt, textAt } from '../wire/text.ts'
import { checkedTag, readEnd, readHigh, skip, varint } from '../wire/varint.ts'
import { WIRE_BYTES } from '../wire/wire-type.ts'

/**
 * A batch as OTLP/JSON (UTF-8): camelCase names, hex ids, enums as numbers, 64-bit integers as strings, NaN and the
 * infinities as strings. Fields absent on the wire stay absent; fields nobody knows are left out.
 */
export function protobufToJson(batch: Batch): Uint8Array {
  const bytes = batch.toProtobuf()
  return Buffer.from(messageToJson(bytes, 0, bytes.length, REQUEST_TYPES[batch.signal]))
}

/** Keys and many values come again and again. */
const texts = new TextCache(2048, 64)

/** The body of a checked message as JSON text. */
export function messageToJson(source: Uint8Array, start: number, end: number, type: MessageType): string {
  if (type.isOneof) return oneofToJson(source, start, end, type)
  // Elements of a repeated field may lie apart on the wire, so members are collected before they are joined.
  const members: string[] = []
  let lists: Map<Field, string[]> | undefined
  for (let pos = start; pos < end;) {
    const tag = checkedTag(source, pos, end)
    const valueStart = readEnd
    pos = skip(source, valueStart, tag)
    const field = type.byNumber[tag >>> 3]
    if (field === undefined) continue
    if (!field.repeated) {
      members[field.number] = field.jsonPrefix + valueToJson(source, valueStart, field)
      continue
    }
    lists ??= new Map()
    let list = lists.get(field)
    if (list === undefined) lists.set(field, (list = []))
    if ((tag & 7) === WIRE_BYTES && isPackable(field)) {
      unpack(source, valueStart, field, list, valueToJson)
    } else list.push(valueToJson(source, valueStart, field))
  }
  if (lists !== undefined)
    for (const [field, list] of lists) members[field.number] = `${field.jsonPrefix}[${list.join(',')}]`
  return `{${members.filter((member) => member !== undefined).join(',')}}`
}

/** A message of alternatives has one member at most: split ones were merged before. */
function oneofToJson(source: Uint8Array, start: number, end: number, type: MessageType): string {
  for (let pos = start; pos < end;) {
    const tag = checkedTag(source, pos, end)
    const valueStart = readEnd
    const field = type.byNumber[tag >>> 3]
    if (field !== undefined) return `{${field.jsonPrefix}${valueToJson(source, valueStart, field)}}`
    pos = skip(source, valueStart, tag)
  }
  return '{}'
}

function valueToJson(source: Uint8Array, pos: number, field: Field): string {
  switch (field.kind) {
    case 'message': {
      const length = varint(source, pos)
      return messageToJson(source, readEnd, readEnd + length, field.message!)
    }
    case 'string': {
      const length = varint(source, pos)
      return quoted(source, readEnd, readEnd + length)
    }
    case 'bytes': {
      const length = varint(source, pos)
      return `"${Buffer.from(source.buffer, source.byteOffset + readEnd, length).toString('base64')}"`
    }
    case 'traceId':
    case 'spanId': {
      const length = varint(source, pos)
      return `"${hexAt(source, readEnd, length)}"`
    }
    case 'bool':
      return (varint(source, pos) | readHigh) === 0 ? 'false' : 'true'
    case 'enum':
    case 'int32':
      return String(varint(source, pos) | 0)
    case 'uint32':
      return String(varint(source, pos))
    case 'sint32':
      return String(zigzag32(varint(source, pos)))
    case 'fixed32':
      return String(uint32At(source, pos))
    case 'int64': {
      const low = varint(source, pos)
      return `"${int64Of(low, readHigh)}"`
    }
    case 'uint64': {
      const low = varint(source, pos)
      return `"${uint64Of(low, readHigh)}"`
    }
    case 'fixed64':
      return `"${uint64At(source, pos)}"`
    case 'sfixed64':
      return `"${int64At(source, pos)}"`
    case 'double': {
      const value = doubleAt(source, pos)
      if (Object.is(value, -0)) return '-0'
      return Number.isFinite(value) ? String(value) : `"${value}"`
    }
    default:
      return assertUnreachable(field.kind)
  }
}

/** A text as a JSON string: as it is when nothing in it needs an escape. */
function quoted(source: Uint8Array, start: number, end: number): string {
  const text = end - start <= 64 ? texts.get(source, start, end) : textAt(source, start, end)
  // Below 0x20, quote, backslash; and surrogates, which JSON.stringify checks.
  // oxlint-disable-next-line no-control-regex
  return /["\\\u0000-\u001f\ud800-\udfff]/.test(text) ? JSON.stringify(text) : `"${text}"`
}
