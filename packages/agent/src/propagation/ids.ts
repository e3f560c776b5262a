import { createHash } from 'node:crypto'

const LOWER_HEX = /^[0-9a-f]+$/
const NO_TRACE_ID = '0'.repeat(32)
const NO_SPAN_ID = '0'.repeat(16)

/** Whether this is a trace id as in a span context: 32 hex digits in lower case, not all zero. */
export function isTraceId(text: string): boolean {
  return text.length === 32 && LOWER_HEX.test(text) && text !== NO_TRACE_ID
}

/** Whether this is a span id as in a span context: 16 hex digits in lower case, not all zero. */
export function isSpanId(text: string): boolean {
  return text.length === 16 && LOWER_HEX.test(text) && text !== NO_SPAN_ID
}

/** Whether every character, of one at least, is a digit or a letter from a to f in lower case. */
export function isLowerHex(text: string): boolean {
  return LOWER_HEX.test(text)
}

/** A trace id from up to 32 hex digits in any case, filled with zeros on the left; undefined when it is none. */
export function traceIdFromHex(text: string | undefined): string | undefined {
  const id = text?.toLowerCase().padStart(32, '0')
  return text !== '' && id !== undefined && isTraceId(id) ? id : undefined
}

/** A span id from up to 16 hex digits in any case, filled with zeros on the left; undefined when it is none. */
export function spanIdFromHex(text: string | undefined): string | undefined {
  const id = text?.toLowerCase().padStart(16, '0')
  return text !== '' && id !== undefined && isSpanId(id) ? id : undefined
}

/** 16 hex digits of a 64-bit number written in decimal, unsigned or as a signed long; undefined when it is none or 0. */
export function hexFromDecimal(text: string | undefined): string | undefined {
  if (text === undefined || !/^-?\d{1,20}$/.test(text)) return undefined
  const value = BigInt(text)
  if (value >= 1n << 64n || value < -(1n << 63n)) return undefined
  const hex = BigInt.asUintN(64, value).toString(16).padStart(16, '0')
  return isSpanId(hex) ? hex : undefined
}

/** 16 hex digits as an unsigned decimal number. */
export function decimalFromHex(hex: string): string {
  return BigInt(`0x${hex}`).toString()
}

/** 16 hex digits as a signed decimal number, as a Java `long` is written. */
export function signedDecimalFromHex(hex: string): string {
  return BigInt.asIntN(64, BigInt(`0x${hex}`)).toString()
}

/** Hex digits that depend on the text alone, for ids of systems whose own ids are longer or no numbers at all. */
export function hexFromText(text: string, digits: 16 | 32): string {
  return createHash('sha256').update(text).digest('hex').slice(0, digits)
}
