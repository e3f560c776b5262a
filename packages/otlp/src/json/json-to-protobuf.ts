import { isUtf8 } from 'node:buffer'
import type { Field, MessageType } from '../schema/message-type.ts'
import { REQUEST_TYPES } from '../schema/otlp-schema.ts'
import type { Signal } from '../signal.ts'
import { DecodeError } from '../wire/decode-error.ts'
import { WireWriter } from '../wire/wire-writer.ts'
import { WIRE_FIXED32, WIRE_FIXED64, WIRE_VARINT } from '../wire/wire-type.ts'
import {
  base64Bytes,
  boolean,
  double,
  enumNumber,
  hexId,
  integer,
  integerHigh,
  integerLow,
  shortInteger,
} from './json-scalars.ts'
import { JsonReader } from './json-reader.ts'

/**
 * Turns an OTLP/JSON request into the protobuf bytes of the same request. Both camelCase and snake_case names are taken,
 * ids are hex, other bytes base64, enums numbers or names, 64-bit integers numbers or strings (exact in both); unknown
 * members are ignored and null means absent.
 * @throws DecodeError naming the field, for example `resourceSpans[0].scopeSpans[0].spans[3].traceId: expected 32 hex digits`.
 */
export function jsonToProtobuf(signal: Signal, json: Uint8Array): Uint8Array<ArrayBuffer> {
  return jsonToMessage(REQUEST_TYPES[signal], json)
}

/** The same for any message type. */
export function jsonToMessage(type: MessageType, json: Uint8Array): Uint8Array<ArrayBuffer> {
  if (!isUtf8(json)) throw new DecodeError('body is not valid UTF-8', 0)
  const reader = new JsonReader(json)
  const transcoder = new Transcoder(reader, new WireWriter(Math.max(256, json.length >> 1)))
  return transcoder.run(type)
}

class Transcoder {
  readonly #reader: JsonReader
  readonly #writer: WireWriter
  /** Field names and element numbers down to where the reader is. */
  readonly #path: (string | number)[] = []

  constructor(reader: JsonReader, writer: WireWriter) {
    this.#reader = reader
    this.#writer = writer
  }

  run(type: MessageType): Uint8Array<ArrayBuffer> {
    try {
      if (this.#reader.peek() !== 'object') this.#reader.fail('expected a JSON object')
      this.#message(type)
      this.#reader.finish()
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error
      throw new DecodeError(error.problem, error.offset, this.#pathText())
    }
    return this.#writer.finish()
  }

  #pathText(): string {
    let text = ''
    for (const step of this.#path) {
      if (typeof step === 'number') text += `[${step}]`
      else text += text === '' ? step : `.${step}`
    }
    return text
  }

  #message(type: MessageType): void {
    const reader = this.#reader
    reader.open()
    for (let first = true; ; first = false) {
      const key = reader.nextKey(first)
      if (key === undefined) return
      const field = type.byName.get(key)
      if (field === undefined) {
        reader.skip()
        continue
      }
      if (reader.peek() === 'null') {
        reader.literal('null')
        continue
      }
      this.#path.push(field.name)
      if (field.repeated) this.#list(field)
      else this.#field(field)
      this.#path.pop()
    }
  }

  #list(field: Field): void {
    const reader = this.#reader
    if (reader.peek() !== 'array') reader.fail('expected an array')
    reader.open()
    const packed = field.kind === 'fixed64' || field.kind === 'uint64' || field.kind === 'double'
    const mark = packed ? this.#writer.open(field.number) : 0
    for (let i = 0; reader.nextElement(i === 0); i++) {
      this.#path.push(i)
      if (reader.peek() === 'null') this.#nullElement(field)
      else if (packed) this.#number(field)
      else this.#field(field)
      this.#path.pop()
    }
    if (packed) this.#writer.close(mark)
  }

  /** Some clients write null for an empty value in an array; for anything else null cannot be an element. */
  #nullElement(field: Field): void {
    if (field.message?.name !== 'AnyValue') this.#reader.fail('null is not allowed in this array')
    this.#reader.literal('null')
    this.#writer.close(this.#writer.open(field.number))
  }

  #field(field: Field): void {
    const reader = this.#reader
    const writer = this.#writer
    switch (field.kind) {
      case 'message': {
        if (reader.peek() !== 'object') reader.fail('expected an object')
        const mark = writer.open(field.number)
        this.#message(field.message!)
        return writer.close(mark)
      }
      case 'string': {
        if (reader.peek() !== 'string') reader.fail('expected a string')
        const mark = writer.open(field.number)
        reader.stringTo(writer)
        return writer.close(mark)
      }
      case 'bytes':
        return writer.bytesField(field.number, base64Bytes(reader))
      case 'traceId':
        return writer.bytesField(field.number, hexId(reader, 16))
      case 'spanId':
        return writer.bytesField(field.number, hexId(reader, 8))
      case 'fixed32':
        writer.tag(field.number, WIRE_FIXED32)
        return this.#number(field)
      case 'double':
      case 'fixed64':
      case 'sfixed64':
        writer.tag(field.number, WIRE_FIXED64)
        return this.#number(field)
      case 'bool':
      case 'enum':
      case 'int32':
      case 'uint32':
      case 'sint32':
      case 'int64':
      case 'uint64':
        writer.tag(field.number, WIRE_VARINT)
        return this.#number(field)
    }
  }

  /** A number's bytes without its tag. */
  #number(field: Field): void {
    const reader = this.#reader
    const writer = this.#writer
    switch (field.kind) {
      case 'double':
        return writer.double(double(reader))
      case 'fixed64':
        if (shortInteger(reader)) return writer.fixed64Halves(integerLow, integerHigh)
        return writer.fixed64(integer(reader, 0n, MAX_UINT64))
      case 'sfixed64':
        if (shortInteger(reader)) return writer.fixed64Halves(integerLow, integerHigh)
        return writer.fixed64(integer(reader, MIN_INT64, MAX_INT64))
      case 'uint64':
        if (shortInteger(reader)) return writer.varint64Halves(integerLow, integerHigh)
        return writer.varint64(integer(reader, 0n, MAX_UINT64))
      case 'int64':
        if (shortInteger(reader)) return writer.varint64Halves(integerLow, integerHigh)
        return writer.varint64(integer(reader, MIN_INT64, MAX_INT64))
      case 'fixed32':
        return writer.fixed32(Number(integer(reader, 0n, MAX_UINT32)))
      case 'uint32':
        return writer.varint32(Number(integer(reader, 0n, MAX_UINT32)))
      case 'sint32': {
        const value = Number(integer(reader, MIN_INT32, MAX_INT32))
        return writer.varint32(((value << 1) ^ (value >> 31)) >>> 0)
      }
      case 'int32':
        return writer.varint64(integer(reader, MIN_INT32, MAX_INT32))
      case 'enum':
        return writer.varint64(enumNumber(reader, field, MIN_INT32, MAX_INT32))
      case 'bool':
        return writer.byte(boolean(reader) ? 1 : 0)
      case 'message':
      case 'string':
      case 'bytes':
      case 'traceId':
      case 'spanId':
        return reader.fail(`${field.kind} is not a number`)
    }
  }
}

const MAX_UINT32 = 0xffff_ffffn
const MIN_INT32 = -0x8000_0000n
const MAX_INT32 = 0x7fff_ffffn
const MAX_UINT64 = 0xffff_ffff_ffff_ffffn
const MIN_INT64 = -0x8000_0000_0000_0000n
const MAX_INT64 = 0x7fff_ffff_ffff_ffffn
