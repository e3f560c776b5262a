import {
  ANY_VALUE_TYPE,
  CODE_BYTES,
  CODE_FIXED32,
  CODE_FIXED64,
  CODE_MESSAGE,
  CODE_REPEATED_FIXED64,
  CODE_REPEATED_VARINT,
  CODE_SPAN_ID,
  CODE_TRACE_ID,
  CODE_VARINT,
  FIELD_CODES,
  FIELDS_PER_TYPE,
  FIRST_POINTS_TYPE,
  KEY_VALUE_TYPE,
  LAST_POINTS_TYPE,
  ONCE_BITS,
} from './schema/wire-table.ts'
import { DecodeError } from './wire/decode-error.ts'
import { checkedSkip, checkedTag, checkedVarint, readEnd, readHigh } from './wire/varint.ts'
import { WIRE_BYTES, WIRE_FIXED32, WIRE_FIXED64, WIRE_VARINT } from './wire/wire-type.ts'

const CODE_KEY_VALUE = CODE_MESSAGE + KEY_VALUE_TYPE

/** Deepest nesting of attribute values (an array in a list in an array...). */
export const MAX_VALUE_DEPTH = 64

/**
 * Most fields of one message. A hostile body of a few bytes per field would otherwise make readers keep lists of offsets
 * that are many times as large as the body.
 */
export const MAX_FIELDS_PER_MESSAGE: number = 1 << 20

/** Data points met since it was last set to 0. */
export let pointsSeen = 0
/** True once a message was met that has to be merged (see wire-table). */
export let mergeNeeded = false

/** Forgets what earlier checks counted. */
export function resetCheck(): void {
  pointsSeen = 0
  mergeNeeded = false
}

/** Notes that an envelope field came twice. */
export function noteMergeNeeded(): void {
  mergeNeeded = true
}

/**
 * Proves that every field of a message, down to the last nested value, lies inside its parent and has the wire type its
 * type asks for. After it, readers of that range need no bounds checks. Unknown fields pass when they are well-formed.
 * @throws DecodeError with the offset; `locate` finds the path.
 */
export function checkMessage(source: Uint8Array, start: number, end: number, type: number, valueDepth: number): void {
  const row = type * FIELDS_PER_TYPE
  let pos = start
  let seen = 0
  let fields = 0
  while (pos < end) {
    const fieldStart = pos
    if (++fields > MAX_FIELDS_PER_MESSAGE) {
      throw new DecodeError(`more than ${MAX_FIELDS_PER_MESSAGE} fields in one message`, fieldStart)
    }
    let tag = source[pos++]!
    if (tag >= 0x80) {
      tag = checkedTag(source, fieldStart, end)
      pos = readEnd
    } else if (tag < 8) throw new DecodeError('invalid field number', fieldStart)
    const field = tag >>> 3
    const code = field < FIELDS_PER_TYPE ? FIELD_CODES[row + field]! : 0
    if (code === 0) {
      pos = checkedSkip(source, pos, end, tag)
      continue
    }
    const wireType = tag & 7
    if (wireType === WIRE_BYTES) {
      if (pos >= end) throw new DecodeError('length is cut off', fieldStart)
      let length = source[pos++]!
      if (length >= 0x80) {
        length = checkedVarint(source, pos - 1, end)
        if (readHigh !== 0) length = Infinity
        pos = readEnd
      }
      const bodyEnd = pos + length
      if (bodyEnd > end) throw new DecodeError('field is longer than the enclosing message', fieldStart)
      if (code === CODE_KEY_VALUE) {
        if (!isPlainKeyValue(source, pos, bodyEnd)) checkMessage(source, pos, bodyEnd, KEY_VALUE_TYPE, valueDepth)
      } else if (code >= CODE_MESSAGE) {
        const bit = ONCE_BITS[row + field]!
        if ((seen & bit) !== 0) mergeNeeded = true
        seen |= bit
        const child = code - CODE_MESSAGE
        if (child === ANY_VALUE_TYPE) {
          if (valueDepth >= MAX_VALUE_DEPTH) {
            throw new DecodeError(`values nested deeper than ${MAX_VALUE_DEPTH}`, fieldStart)
          }
          checkMessage(source, pos, bodyEnd, child, valueDepth + 1)
        } else {
          if (type >= FIRST_POINTS_TYPE && type <= LAST_POINTS_TYPE) pointsSeen++
          checkMessage(source, pos, bodyEnd, child, valueDepth)
        }
      } else if (code === CODE_BYTES) {
        const bit = ONCE_BITS[row + field]!
        if ((seen & bit) !== 0) mergeNeeded = true
        seen |= bit
      } else if (code === CODE_TRACE_ID) {
        if (length !== 16 && length !== 0) throw new DecodeError(`expected 16 bytes, got ${length}`, fieldStart)
      } else if (code === CODE_SPAN_ID) {
        if (length !== 8 && length !== 0) throw new DecodeError(`expected 8 bytes, got ${length}`, fieldStart)
      } else if (code === CODE_REPEATED_FIXED64) {
        if ((length & 7) !== 0) throw new DecodeError('packed field is not a multiple of 8 bytes', fieldStart)
      } else if (code === CODE_REPEATED_VARINT) {
        for (let at = pos; at < bodyEnd; at = readEnd) checkedVarint(source, at, bodyEnd)
      } else throw wrongWireType(wireType, fieldStart)
      pos = bodyEnd
      continue
    }
    const bit = ONCE_BITS[row + field]!
    if ((seen & bit) !== 0) mergeNeeded = true
    seen |= bit
    if (wireType === WIRE_VARINT) {
      if (code !== CODE_VARINT && code !== CODE_REPEATED_VARINT) throw wrongWireType(wireType, fieldStart)
      if (pos < end && source[pos]! < 0x80) pos++
      else {
        checkedVarint(source, pos, end)
        pos = readEnd
      }
    } else if (wireType === WIRE_FIXED64) {
      if (code !== CODE_FIXED64 && code !== CODE_REPEATED_FIXED64) throw wrongWireType(wireType, fieldStart)
      pos += 8
      if (pos > end) throw new DecodeError('fixed64 is cut off', fieldStart)
    } else if (wireType === WIRE_FIXED32 && code === CODE_FIXED32) {
      pos += 4
      if (pos > end) throw new DecodeError('fixed32 is cut off', fieldStart)
    } else throw wrongWireType(wireType, fieldStart)
  }
}

/**
 * True for an attribute in the form that all encoders write: a key and one scalar value, all lengths below 128, nothing
 * else. Most fields of a request lie in such attributes, so they get a check without calls; all other forms get the
 * general one.
 */
function isPlainKeyValue(source: Uint8Array, start: number, end: number): boolean {
  if (end - start < 6 || source[start] !== 0x0a) return false
  const keyLength = source[start + 1]!
  const valueAt = start + 2 + keyLength
  if (keyLength >= 0x80 || valueAt + 4 > end || source[valueAt] !== 0x12) return false
  const valueLength = source[valueAt + 1]!
  const at = valueAt + 2
  if (valueLength >= 0x80 || at + valueLength !== end) return false
  switch (source[at]!) {
    case 0x0a:
      return source[at + 1]! + 2 === valueLength
    case 0x10:
    case 0x18: {
      if (valueLength > 10) return false
      let last = at + 1
      while (last < end && source[last]! >= 0x80) last++
      return last === end - 1
    }
    case 0x21:
      return valueLength === 9
    default:
      return false
  }
}

function wrongWireType(wireType: number, offset: number): DecodeError {
  return new DecodeError(`wire type ${wireType} does not fit the field`, offset)
}
