import type { Field } from '../schema/message-type.ts'
import { hexDigit, type JsonReader } from './json-reader.ts'

const INTEGER = /^-?\d{1,20}$/
const EXPONENT = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d{1,3}))?$/

/** Halves of what `shortInteger` read. */
export let integerLow = 0
export let integerHigh = 0

/**
 * Reads an integer from 0 to below 9 * 10^18 that stands there as plain digits, as a number or in a string: nearly every
 * time stamp and count. Sets `integerLow` and `integerHigh`. False, with nothing taken, for everything else.
 */
export function shortInteger(reader: JsonReader): boolean {
  const { source } = reader
  const quoted = reader.peek() === 'string'
  const start = quoted ? reader.pos + 1 : reader.pos
  let pos = start
  let low = 0
  let high = 0
  // Six digits a step keep the products below 2^53.
  for (let digits = 0; digits < 24; digits += 6) {
    let chunk = 0
    let scale = 1
    let digit = source[pos]! - 0x30
    while (scale < 1_000_000 && digit >= 0 && digit <= 9) {
      chunk = chunk * 10 + digit
      scale *= 10
      digit = source[++pos]! - 0x30
    }
    const sum = low * scale + chunk
    const carry = Math.floor(sum / 0x1_0000_0000)
    low = sum - carry * 0x1_0000_0000
    high = high * scale + carry
    if (scale < 1_000_000) break
  }
  const length = pos - start
  const first = source[start]!
  if (length === 0 || length > 19 || (length === 19 && first === 0x39) || (length > 1 && first === 0x30)) return false
  const next = source[pos]
  if (quoted ? next !== 0x22 : next !== 0x2c && next !== 0x7d && next !== 0x5d) return false
  reader.pos = quoted ? pos + 1 : pos
  integerLow = low
  integerHigh = high
  return true
}

/**
 * An integer that may be a number, a string, or the `{"low": …, "high": …}` that old JavaScript exporters wrote
 * (opentelemetry-js#4202). Numbers such as `1e3` and `5.0` are whole and pass; `1.5` does not.
 */
export function integer(reader: JsonReader, min: bigint, max: bigint): bigint {
  const at = reader.pos
  const kind = reader.peek()
  let value: bigint | undefined
  if (kind === 'number') value = wholeNumber(reader.number())
  else if (kind === 'string') value = wholeNumber(reader.string())
  else if (kind === 'object') value = longObject(reader)
  else reader.fail('expected an integer')
  if (value === undefined) reader.fail('expected an integer', at)
  if (value < min || value > max) reader.fail(`integer is out of range (${min} to ${max})`, at)
  return value
}

function wholeNumber(text: string): bigint | undefined {
  if (INTEGER.test(text)) return BigInt(text)
  const match = EXPONENT.exec(text)
  if (match === null) return undefined
  const [, sign, whole = '', fraction = '', exponentText = '0'] = match
  const exponent = Number(exponentText)
  if (whole.length + fraction.length > 400 || exponent > 40) return undefined
  const digits = whole + fraction
  const scale = exponent - fraction.length
  const split = scale >= 0 ? digits.length : Math.max(0, digits.length + scale)
  if (/[1-9]/.test(digits.slice(split))) return undefined
  return BigInt(sign + (digits.slice(0, split) || '0') + '0'.repeat(Math.max(0, scale)))
}

function longObject(reader: JsonReader): bigint | undefined {
  let low: bigint | undefined
  let high: bigint | undefined
  reader.open()
  for (let first = true; ; first = false) {
    const key = reader.nextKey(first)
    if (key === undefined) break
    if (key === 'low' && reader.peek() === 'number') low = wholeNumber(reader.number())
    else if (key === 'high' && reader.peek() === 'number') high = wholeNumber(reader.number())
    else reader.skip()
  }
  if (low === undefined || high === undefined) return undefined
  return (high << 32n) | BigInt.asUintN(32, low)
}

/** A double: a number, a numeric string, or "NaN", "Infinity", "-Infinity". */
export function double(reader: JsonReader): number {
  const at = reader.pos
  const kind = reader.peek()
  if (kind === 'number') return Number(reader.number())
  if (kind !== 'string') reader.fail('expected a number')
  const text = reader.string()
  if (text === 'NaN') return Number.NaN
  const value = text.trim() === '' ? Number.NaN : Number(text)
  if (Number.isNaN(value)) reader.fail('expected a number, "NaN", "Infinity" or "-Infinity"', at)
  return value
}

/** true or false. */
export function boolean(reader: JsonReader): boolean {
  const kind = reader.peek()
  if (kind !== 'true' && kind !== 'false') reader.fail('expected true or false')
  reader.literal(kind)
  return kind === 'true'
}

/** An enum value by number or by name. Unknown numbers pass, as in protobuf; unknown names do not. */
export function enumNumber(reader: JsonReader, field: Field, min: bigint, max: bigint): bigint {
  if (reader.peek() !== 'string') return integer(reader, min, max)
  const at = reader.pos
  const name = reader.string()
  const known = field.enumNames?.get(name)
  if (known !== undefined) return BigInt(known)
  const value = wholeNumber(name)
  if (value === undefined) {
    const first = field.enumNames?.keys().next().value ?? ''
    reader.fail(`unknown enum name '${name.slice(0, 64)}' (expected a number or a name such as ${first})`, at)
  }
  if (value < min || value > max) reader.fail(`integer is out of range (${min} to ${max})`, at)
  return value
}

/** An id of `size` bytes in hex of either case; the empty string is an absent id. */
export function hexId(reader: JsonReader, size: number): Uint8Array {
  if (reader.peek() !== 'string') reader.fail(`expected ${size * 2} hex digits`)
  const at = reader.pos
  if (!reader.plainString()) reader.fail(`expected ${size * 2} hex digits`, at)
  const { source, start, end } = reader
  if (start === end) return new Uint8Array(0)
  if (end - start !== size * 2) reader.fail(`expected ${size * 2} hex digits, got ${end - start} characters`, at)
  const bytes = size === 16 ? traceIdBytes : spanIdBytes
  for (let i = 0; i < size; i++) {
    const high = hexDigit(source[start + 2 * i])
    const low = hexDigit(source[start + 2 * i + 1])
    if (high < 0 || low < 0) reader.fail(`expected ${size * 2} hex digits`, at)
    bytes[i] = high * 16 + low
  }
  return bytes
}

/** Reused from id to id: the writer copies them at once. */
const traceIdBytes = new Uint8Array(16)
const spanIdBytes = new Uint8Array(8)

/** Bytes in base64, standard or URL alphabet, padded or not. */
export function base64Bytes(reader: JsonReader): Uint8Array {
  if (reader.peek() !== 'string') reader.fail('expected a base64 string')
  const at = reader.pos
  const text = reader.string()
  const unpadded = text.replace(/={1,2}$/, '')
  const paddingIsRight = unpadded.length === text.length || text.length % 4 === 0
  if (!/^[A-Za-z0-9+/_-]*$/.test(unpadded) || unpadded.length % 4 === 1 || !paddingIsRight) {
    reader.fail('expected a base64 string', at)
  }
  return Buffer.from(text, 'base64')
}
