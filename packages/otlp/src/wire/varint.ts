import { DecodeError } from './decode-error.ts'
import {
  MAX_GROUP_DEPTH,
  WIRE_BYTES,
  WIRE_FIXED32,
  WIRE_FIXED64,
  WIRE_GROUP_END,
  WIRE_GROUP_START,
} from './wire-type.ts'

/**
 * Where the last read of this module ended, and the upper half of the last 64-bit value. JavaScript has no cheap way to
 * return two numbers: read them right after the call.
 */
export let readEnd = 0
export let readHigh = 0

/**
 * Reads a varint that may be of any length, checked: at most ten bytes, inside `end`, at most 64 bits. Returns the low
 * 32 bits as an unsigned number; `readHigh` has the upper ones, `readEnd` the position after it.
 * @throws DecodeError when it is cut off or too long.
 */
export function checkedVarint(source: Uint8Array, start: number, end: number): number {
  let pos = start
  let low = 0
  let high = 0
  for (let shift = 0; shift < 70; shift += 7) {
    if (pos >= end) throw new DecodeError('varint is cut off', start)
    const byte = source[pos++]!
    const bits = byte & 0x7f
    if (shift < 28) low |= bits << shift
    else if (shift === 28) {
      low |= bits << 28
      high = bits >>> 4
    } else if (shift < 63) high |= bits << (shift - 32)
    else {
      if (byte > 1) throw new DecodeError('varint has more than 64 bits', start)
      high |= bits << 31
    }
    if (byte < 0x80) {
      readEnd = pos
      readHigh = high >>> 0
      return low >>> 0
    }
  }
  throw new DecodeError('varint is longer than ten bytes', start)
}

/** Reads a varint in bytes that were checked before. Returns the low 32 bits, unsigned; sets `readHigh` and `readEnd`. */
export function varint(source: Uint8Array, start: number): number {
  let pos = start
  let byte = source[pos++]!
  let low = byte & 0x7f
  if (byte < 0x80) {
    readEnd = pos
    readHigh = 0
    return low
  }
  for (let shift = 7; shift < 28; shift += 7) {
    byte = source[pos++]!
    low |= (byte & 0x7f) << shift
    if (byte < 0x80) {
      readEnd = pos
      readHigh = 0
      return low
    }
  }
  byte = source[pos++]!
  low |= (byte & 0x7f) << 28
  let high = (byte & 0x7f) >>> 4
  for (let shift = 3; byte >= 0x80 && shift < 32; shift += 7) {
    byte = source[pos++]!
    high |= (byte & 0x7f) << shift
  }
  readEnd = pos
  readHigh = high >>> 0
  return low >>> 0
}

/** The rest of a tag or length in checked bytes whose first byte `first`, at `pos - 1`, had its top bit set. Sets `readEnd`. */
export function longVarint(source: Uint8Array, pos: number, first: number): number {
  const second = source[pos]!
  if (second < 0x80) {
    readEnd = pos + 1
    return (first & 0x7f) | (second << 7)
  }
  return varint(source, pos - 1)
}

/**
 * Skips the value of a field nobody knows, in unchecked bytes. Returns the position after it.
 * @throws DecodeError when it does not fit into `end` or is no valid wire type.
 */
export function checkedSkip(source: Uint8Array, start: number, end: number, tag: number, groupDepth = 0): number {
  const wireType = tag & 7
  let next = start
  if (wireType === 0) {
    checkedVarint(source, start, end)
    return readEnd
  }
  if (wireType === WIRE_FIXED64) next = start + 8
  else if (wireType === WIRE_FIXED32) next = start + 4
  else if (wireType === WIRE_BYTES) {
    const length = checkedVarint(source, start, end)
    if (readHigh !== 0) throw new DecodeError('length is beyond the enclosing message', start)
    next = readEnd + length
  } else if (wireType === WIRE_GROUP_START) {
    if (groupDepth >= MAX_GROUP_DEPTH) throw new DecodeError(`groups nested deeper than ${MAX_GROUP_DEPTH}`, start)
    for (let pos = start; ;) {
      const inner = checkedTag(source, pos, end)
      pos = readEnd
      if ((inner & 7) === WIRE_GROUP_END) {
        if (inner >>> 3 !== tag >>> 3) throw new DecodeError('group ends with another field number', pos)
        return pos
      }
      pos = checkedSkip(source, pos, end, inner, groupDepth + 1)
    }
  } else throw new DecodeError(`wire type ${wireType} is not allowed here`, start)
  if (next > end) throw new DecodeError('field is cut off or longer than the enclosing message', start)
  return next
}

/**
 * Reads a tag of any length in unchecked bytes; sets `readEnd`.
 * @throws DecodeError for field number 0 or one above 2^29 - 1.
 */
export function checkedTag(source: Uint8Array, start: number, end: number): number {
  const tag = checkedVarint(source, start, end)
  if (readHigh !== 0 || tag < 8) throw new DecodeError('invalid field number', start)
  return tag
}

/** Skips the value of an unknown field in checked bytes. Returns the position after it. */
export function skip(source: Uint8Array, pos: number, tag: number): number {
  switch (tag & 7) {
    case 0:
      while (source[pos++]! >= 0x80);
      return pos
    case WIRE_FIXED64:
      return pos + 8
    case WIRE_FIXED32:
      return pos + 4
    case WIRE_BYTES: {
      const length = varint(source, pos)
      return readEnd + length
    }
    default:
      return checkedSkip(source, pos, source.length, tag)
  }
}
