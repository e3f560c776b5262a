import { assertUnreachable } from '@clew/base/errors'
import type { Field } from './message-type.ts'
import { OTLP_TYPES, otlpType } from './otlp-schema.ts'

/** What the structural check must see on the wire for a field; 0 is a field we do not know, from `CODE_MESSAGE` on it is a message type's id. */
export const CODE_VARINT = 1
export const CODE_FIXED64 = 2
export const CODE_FIXED32 = 3
export const CODE_BYTES = 4
export const CODE_TRACE_ID = 5
export const CODE_SPAN_ID = 6
export const CODE_REPEATED_FIXED64 = 7
export const CODE_REPEATED_VARINT = 8
export const CODE_MESSAGE = 16

/** Field numbers from this on are unknown to every message type. */
export const FIELDS_PER_TYPE = 32

const ONEOF_BIT = 1 << 30

function codeOf(field: Field): number {
  switch (field.kind) {
    case 'message':
      return CODE_MESSAGE + field.message!.id
    case 'string':
    case 'bytes':
      return CODE_BYTES
    case 'traceId':
      return CODE_TRACE_ID
    case 'spanId':
      return CODE_SPAN_ID
    case 'double':
    case 'fixed64':
    case 'sfixed64':
      return field.repeated ? CODE_REPEATED_FIXED64 : CODE_FIXED64
    case 'fixed32':
      return CODE_FIXED32
    case 'bool':
    case 'int32':
    case 'uint32':
    case 'sint32':
    case 'enum':
    case 'int64':
    case 'uint64':
      return field.repeated ? CODE_REPEATED_VARINT : CODE_VARINT
    default:
      return assertUnreachable(field.kind)
  }
}

/** `FIELD_CODES[type.id * 32 + field number]`: one of the codes above. */
export const FIELD_CODES: Uint8Array = new Uint8Array(OTLP_TYPES.length * FIELDS_PER_TYPE)

/**
 * Same index: a bit that may be met once per message. Meeting it twice means that the sender split a message or set two
 * alternatives of a oneof, which protobuf allows and which has to be merged.
 */
export const ONCE_BITS: Int32Array = new Int32Array(FIELD_CODES.length)

for (const type of OTLP_TYPES) {
  for (const field of type.fields) {
    const index = type.id * FIELDS_PER_TYPE + field.number
    FIELD_CODES[index] = codeOf(field)
    if (field.oneof) ONCE_BITS[index] = ONEOF_BIT
    else if (field.kind === 'message' && !field.repeated) ONCE_BITS[index] = 1 << field.number
  }
}

/** The types whose only message field is `dataPoints` have ids from Gauge to Summary. */
export const FIRST_POINTS_TYPE: number = otlpType('Gauge').id
export const LAST_POINTS_TYPE: number = otlpType('Summary').id
export const ANY_VALUE_TYPE: number = otlpType('AnyValue').id
export const KEY_VALUE_TYPE: number = otlpType('KeyValue').id
