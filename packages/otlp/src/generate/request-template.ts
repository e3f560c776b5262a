import type { MessageType } from '../schema/message-type.ts'
import { REQUEST_TYPES } from '../schema/otlp-schema.ts'
import type { Signal } from '../signal.ts'
import { uint32At, uint64At, writeUint32 } from '../wire/fixed.ts'
import { textAt } from '../wire/text.ts'
import { checkedTag, readEnd, skip, varint } from '../wire/varint.ts'
import { WIRE_BYTES } from '../wire/wire-type.ts'
import type { Random } from './random.ts'

const HEX_DIGITS = Array.from('0123456789abcdef', (digit) => digit.charCodeAt(0))

/**
 * An encoded request from which any number of others are made without encoding: a copy of the bytes in which ids, times
 * and texts of 16 hex digits (session and order ids) are patched. Ids are mixed with the same random bits everywhere, so
 * spans stay in their trace and children under their parents; times are stretched by one factor, so nesting holds and
 * durations differ from copy to copy.
 */
export class RequestTemplate {
  readonly signal: Signal
  readonly #bytes: Uint8Array
  /** Offsets of trace ids (16 bytes), span ids (8 bytes) and 16-digit texts. */
  readonly #traceIds: number[] = []
  readonly #spanIds: number[] = []
  readonly #hexTexts: number[] = []
  /** Offsets of fixed64 times and how many nanoseconds before the anchor each is. */
  readonly #times: number[] = []
  readonly #ages: number[] = []

  /** @param anchorNanos the latest moment in the request: it becomes `nowNanos` in the copies. */
  constructor(signal: Signal, bytes: Uint8Array, anchorNanos: bigint) {
    this.signal = signal
    this.#bytes = bytes
    this.#collect(REQUEST_TYPES[signal], 0, bytes.length, anchorNanos)
  }

  get byteLength(): number {
    return this.#bytes.length
  }

  /** A new request whose latest moment is `nowNanos`. */
  copy(random: Random, nowNanos: bigint): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(this.#bytes)
    const salt = [random.uint32(), random.uint32(), random.uint32(), random.uint32()] as const
    for (const at of this.#traceIds) {
      for (let i = 0; i < 4; i++) writeUint32(bytes, at + 4 * i, (uint32At(bytes, at + 4 * i) ^ salt[i]!) >>> 0)
    }
    for (const at of this.#spanIds) {
      writeUint32(bytes, at, (uint32At(bytes, at) ^ salt[0]) >>> 0)
      writeUint32(bytes, at + 4, (uint32At(bytes, at + 4) ^ salt[1]) >>> 0)
    }
    for (const at of this.#hexTexts) {
      for (let i = 0; i < 16; i++) {
        const digit = bytes[at + i]!
        const value = digit < 0x3a ? digit - 0x30 : digit - 0x57
        bytes[at + i] = HEX_DIGITS[value ^ ((salt[2 + (i >> 3)]! >>> ((i & 7) * 4)) & 15)]!
      }
    }
    const stretch = 0.5 + random.fraction()
    const nowLow = Number(nowNanos & 0xffff_ffffn)
    const nowHigh = Number(nowNanos >> 32n)
    for (let i = 0; i < this.#times.length; i++) {
      const low = nowLow - Math.floor(this.#ages[i]! * stretch)
      const borrow = Math.floor(low / 0x1_0000_0000)
      writeUint32(bytes, this.#times[i]!, low - borrow * 0x1_0000_0000)
      writeUint32(bytes, this.#times[i]! + 4, nowHigh + borrow)
    }
    return bytes
  }

  #collect(type: MessageType, start: number, end: number, anchorNanos: bigint): void {
    const bytes = this.#bytes
    for (let pos = start; pos < end;) {
      const tag = checkedTag(bytes, pos, end)
      const valueStart = readEnd
      pos = skip(bytes, valueStart, tag)
      const field = type.byNumber[tag >>> 3]
      if (field === undefined) continue
      if (field.kind === 'fixed64' && field.name.endsWith('UnixNano')) {
        const age = anchorNanos - uint64At(bytes, valueStart)
        this.#times.push(valueStart)
        this.#ages.push(Number(age))
        continue
      }
      if ((tag & 7) !== WIRE_BYTES) continue
      const length = varint(bytes, valueStart)
      const bodyStart = readEnd
      if (field.message !== undefined) this.#collect(field.message, bodyStart, pos, anchorNanos)
      else if (field.kind === 'traceId' && length === 16) this.#traceIds.push(bodyStart)
      else if (field.kind === 'spanId' && length === 8) this.#spanIds.push(bodyStart)
      else if (field.name === 'stringValue' && length === 16 && /^[0-9a-f]+$/.test(textAt(bytes, bodyStart, pos))) {
        this.#hexTexts.push(bodyStart)
      }
    }
  }
}
