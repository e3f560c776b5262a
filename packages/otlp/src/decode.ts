import { assertUnreachable } from '@clew/base/errors'
import type { Batch } from './batch.ts'
import type { Field, MessageType } from './schema/message-type.ts'
import { REQUEST_TYPES } from './schema/otlp-schema.ts'
import type { Signal } from './signal.ts'
import { doubleAt, int64At, int64Of, uint32At, uint64At, uint64Of, zigzag32 } from './wire/fixed.ts'
import { hexAt, textAt } from './wire/text.ts'
import { checkedTag, readEnd, readHigh, skip, varint } from './wire/varint.ts'
import { WIRE_BYTES } from './wire/wire-type.ts'
import type { RequestOf } from './model.ts'
import { isPackable, unpack } from './packed.ts'

/** A decoded value of any field kind. */
export type ModelValue = string | number | bigint | boolean | Uint8Array | ModelMessage | ModelValue[]

/** A decoded message: field name -> value, absent fields left out. */
export interface ModelMessage {
  [field: string]: ModelValue
}

/** A whole batch as plain objects (see model). `signal` gives the type of the result and must be the batch's own. */
export function decode<S extends Signal>(signal: S, batch: Batch): RequestOf[S] {
  if (batch.signal !== signal) throw new TypeError(`a batch of ${batch.signal} is not one of ${signal}`)
  const bytes = batch.toProtobuf()
  return decodeMessage(bytes, 0, bytes.length, REQUEST_TYPES[signal])
}

/** A message body in checked and merged bytes as a plain object. */
export function decodeMessage(source: Uint8Array, start: number, end: number, type: MessageType): ModelMessage {
  const object: ModelMessage = {}
  for (let pos = start; pos < end;) {
    const tag = checkedTag(source, pos, end)
    const valueStart = readEnd
    pos = skip(source, valueStart, tag)
    const field = type.byNumber[tag >>> 3]
    if (field === undefined) continue
    if (field.repeated) {
      const list = (object[field.name] ??= []) as ModelValue[]
      if ((tag & 7) === WIRE_BYTES && isPackable(field)) unpack(source, valueStart, field, list, decodeValue)
      else list.push(decodeValue(source, valueStart, field))
    } else object[field.name] = decodeValue(source, valueStart, field)
  }
  return object
}

function decodeValue(source: Uint8Array, pos: number, field: Field): ModelValue {
  switch (field.kind) {
    case 'message': {
      const length = varint(source, pos)
      return decodeMessage(source, readEnd, readEnd + length, field.message!)
    }
    case 'string': {
      const length = varint(source, pos)
      return textAt(source, readEnd, readEnd + length)
    }
    case 'bytes': {
      const length = varint(source, pos)
      return new Uint8Array(source.subarray(readEnd, readEnd + length))
    }
    case 'traceId':
    case 'spanId': {
      const length = varint(source, pos)
      return hexAt(source, readEnd, length)
    }
    case 'bool':
      return (varint(source, pos) | readHigh) !== 0
    case 'enum':
    case 'int32':
      return varint(source, pos) | 0
    case 'uint32':
      return varint(source, pos)
    case 'sint32':
      return zigzag32(varint(source, pos))
    case 'int64': {
      const low = varint(source, pos)
      return int64Of(low, readHigh)
    }
    case 'uint64': {
      const low = varint(source, pos)
      return uint64Of(low, readHigh)
    }
    case 'fixed32':
      return uint32At(source, pos)
    case 'fixed64':
      return uint64At(source, pos)
    case 'sfixed64':
      return int64At(source, pos)
    case 'double':
      return doubleAt(source, pos)
    default:
      return assertUnreachable(field.kind)
  }
}
