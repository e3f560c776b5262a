import { messageOf, type Field, type FieldType, type Schema } from './schema.ts'
import { OpampWireError } from './wire-error.ts'
import { WireReader } from './wire-reader.ts'
import { WireWriter } from './wire-writer.ts'

type Message = Record<string, unknown>

/** Messages nested deeper than this are refused: health of components and values of attributes may contain themselves. */
const MAX_DEPTH = 32

const VARINT = 0
const FIXED64 = 1
const DELIMITED = 2

/** A message as protobuf bytes. Properties that are undefined, and plain ones that are zero or empty, are left out. */
export function encodeMessage(schema: Schema, message: object): Uint8Array {
  const out = new WireWriter()
  writeMessage(out, schema, message as Message)
  return out.finish()
}

/**
 * Reads a message. Fields it does not know are skipped; plain fields that are absent have their zero value, messages
 * that are absent are undefined, lists and maps are there. Throws OpampWireError.
 */
export function decodeMessage(schema: Schema, bytes: Uint8Array): Message {
  return readMessage(new WireReader(bytes), schema, 0)
}

function writeMessage(out: WireWriter, schema: Schema, message: Message): void {
  for (const field of schema.fields) {
    const value = message[field.name]
    if (value === undefined || value === null) continue
    if (field.form === 'list') {
      for (const each of value as readonly unknown[]) writeField(out, field.number, field.type, each)
    } else if (field.form === 'map') {
      for (const [key, each] of Object.entries(value)) writeEntry(out, field, key, each)
    } else if (field.form === 'presence' || messageOf(field.type) !== undefined || !isZero(value)) {
      writeField(out, field.number, field.type, value)
    }
  }
}

function writeEntry(out: WireWriter, field: Field, key: string, value: unknown): void {
  const entry = new WireWriter()
  writeField(entry, 1, 'string', key)
  writeField(entry, 2, field.type, value)
  out.tag(field.number, DELIMITED)
  out.bytes(entry.finish())
}

function writeField(out: WireWriter, number: number, type: Field['type'], value: unknown): void {
  const schema = messageOf(type)
  if (schema !== undefined) {
    out.tag(number, DELIMITED)
    out.bytes(encodeMessage(schema, value as Message))
    return
  }
  switch (type as Exclude<FieldType, Schema>) {
    case 'bytes':
      out.tag(number, DELIMITED)
      return out.bytes(value as Uint8Array)
    case 'string':
      out.tag(number, DELIMITED)
      return out.text(value as string)
    case 'fixed64':
      out.tag(number, FIXED64)
      return out.fixed64(value as bigint)
    case 'double':
      out.tag(number, FIXED64)
      return out.double(value as number)
    case 'bool':
    case 'enum':
    case 'int64':
    case 'uint64':
      out.tag(number, VARINT)
      return out.varint(typeof value === 'boolean' ? Number(value) : (value as number | bigint))
  }
}

function isZero(value: unknown): boolean {
  return value === 0 || value === 0n || value === '' || value === false || (value as Uint8Array).byteLength === 0
}

function readMessage(reader: WireReader, schema: Schema, depth: number): Message {
  if (depth > MAX_DEPTH) throw new OpampWireError(`messages nested more than ${MAX_DEPTH} deep`, reader.at)
  const message = emptyMessage(schema)
  while (!reader.done) {
    const { field: number, wireType } = reader.tag()
    const field = schema.fields.find((each) => each.number === number)
    if (field === undefined || wireType !== (field.form === 'map' ? DELIMITED : wireTypeOf(field.type))) {
      reader.skip(wireType)
      continue
    }
    if (field.form === 'list') {
      ;(message[field.name] as unknown[]).push(readValue(reader, field.type, depth))
    } else if (field.form === 'map') {
      const { key, value } = readEntry(reader.message(), field, depth)
      setOwn(message[field.name] as Message, key, value)
    } else message[field.name] = readValue(reader, field.type, depth)
  }
  return message
}

function readEntry(reader: WireReader, field: Field, depth: number): { key: string; value: unknown } {
  let key = ''
  let value: unknown
  while (!reader.done) {
    const { field: number, wireType } = reader.tag()
    if (number === 1 && wireType === DELIMITED) key = reader.text()
    else if (number === 2 && wireType === wireTypeOf(field.type)) value = readValue(reader, field.type, depth)
    else reader.skip(wireType)
  }
  const schema = messageOf(field.type)
  return { key, value: value ?? (schema === undefined ? zeroOf(field.type) : emptyMessage(schema)) }
}

/** A key may be called `__proto__`. */
function setOwn(target: Message, key: string, value: unknown): void {
  Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true })
}

function readValue(reader: WireReader, type: Field['type'], depth: number): unknown {
  const schema = messageOf(type)
  if (schema !== undefined) return readMessage(reader.message(), schema, depth + 1)
  switch (type as Exclude<FieldType, Schema>) {
    case 'bytes':
      return reader.bytes()
    case 'string':
      return reader.text()
    case 'fixed64':
      return reader.fixed64()
    case 'double':
      return reader.double()
    case 'bool':
      return reader.varint() !== 0n
    case 'int64':
      return BigInt.asIntN(64, reader.varint())
    case 'enum':
      return Number(BigInt.asIntN(32, reader.varint()))
    case 'uint64':
      return Number(reader.varint())
  }
}

function wireTypeOf(type: Field['type']): number {
  if (type === 'fixed64' || type === 'double') return FIXED64
  return messageOf(type) !== undefined || type === 'bytes' || type === 'string' ? DELIMITED : VARINT
}

function emptyMessage(schema: Schema): Message {
  const message: Message = {}
  for (const { name, type, form } of schema.fields) {
    if (form === 'list') message[name] = []
    else if (form === 'map') message[name] = {}
    else if (form !== 'presence' && messageOf(type) === undefined) message[name] = zeroOf(type)
  }
  return message
}

function zeroOf(type: Field['type']): unknown {
  if (type === 'bytes') return new Uint8Array(0)
  if (type === 'string') return ''
  if (type === 'bool') return false
  return type === 'fixed64' || type === 'int64' ? 0n : 0
}
