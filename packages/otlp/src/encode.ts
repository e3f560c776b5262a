import { Batch } from './batch.ts'
import type { Field, MessageType } from './schema/message-type.ts'
import { otlpType, REQUEST_TYPES } from './schema/otlp-schema.ts'
import type { Signal } from './signal.ts'
import { WireWriter } from './wire/wire-writer.ts'
import { WIRE_FIXED32, WIRE_FIXED64, WIRE_VARINT } from './wire/wire-type.ts'
import type { ModelMessage, ModelValue } from './decode.ts'
import type { KeyValue, LogRecord, Metric, RequestOf, Resource, Span } from './model.ts'

/** A request object as protobuf bytes. Present fields are written even when they hold their default. */
export function encode<S extends Signal>(signal: S, request: RequestOf[S]): Uint8Array<ArrayBuffer> {
  return encodeMessage(request as ModelMessage, REQUEST_TYPES[signal])
}

/** A request object as a checked batch. */
export function encodeBatch<S extends Signal>(signal: S, request: RequestOf[S]): Batch {
  return Batch.fromProtobuf(signal, encode(signal, request))
}

/** The messages whose bodies the batch editor takes. */
interface BodyOf {
  Span: Span
  LogRecord: LogRecord
  Metric: Metric
  Resource: Resource
  KeyValue: KeyValue
}

/** One message as a body for `BatchEditor.replaceItem` and friends. */
export function encodeBody<T extends keyof BodyOf>(type: T, body: BodyOf[T]): Uint8Array<ArrayBuffer> {
  return encodeMessage(body as ModelMessage, otlpType(type))
}

/** Any message of the schema as a body. */
export function encodeMessage(object: ModelMessage, type: MessageType): Uint8Array<ArrayBuffer> {
  const writer = new WireWriter()
  writeMessage(writer, object, type)
  return writer.finish()
}

function writeMessage(writer: WireWriter, object: ModelMessage, type: MessageType): void {
  for (const field of type.fields) {
    const value = object[field.name]
    if (value === undefined) continue
    if (!field.repeated) writeField(writer, field, value)
    else if (field.kind === 'double' || field.kind === 'fixed64' || field.kind === 'uint64') {
      const mark = writer.open(field.number)
      for (const item of value as ModelValue[]) writeNumber(writer, field, item)
      writer.close(mark)
    } else for (const item of value as ModelValue[]) writeField(writer, field, item)
  }
}

function writeField(writer: WireWriter, field: Field, value: ModelValue): void {
  switch (field.kind) {
    case 'message': {
      const mark = writer.open(field.number)
      writeMessage(writer, value as ModelMessage, field.message!)
      writer.close(mark)
      return
    }
    case 'string':
      return writer.stringField(field.number, value as string)
    case 'bytes':
      return writer.bytesField(field.number, value as Uint8Array)
    case 'traceId':
    case 'spanId':
      return writer.bytesField(field.number, Buffer.from(value as string, 'hex'))
    case 'fixed32':
      writer.tag(field.number, WIRE_FIXED32)
      return writeNumber(writer, field, value)
    case 'double':
    case 'fixed64':
    case 'sfixed64':
      writer.tag(field.number, WIRE_FIXED64)
      return writeNumber(writer, field, value)
    case 'bool':
    case 'enum':
    case 'int32':
    case 'uint32':
    case 'sint32':
    case 'int64':
    case 'uint64':
      writer.tag(field.number, WIRE_VARINT)
      return writeNumber(writer, field, value)
  }
}

type NumberKind = Exclude<Field['kind'], 'message' | 'string' | 'bytes' | 'traceId' | 'spanId'>

/** A number without its tag. */
function writeNumber(writer: WireWriter, field: Field, value: ModelValue): void {
  switch (field.kind as NumberKind) {
    case 'double':
      return writer.double(value as number)
    case 'fixed64':
    case 'sfixed64':
      return writer.fixed64(value as bigint)
    case 'uint64':
    case 'int64':
      return writer.varint64(value as bigint)
    case 'sint32': {
      const number = value as number
      return writer.varint32(((number << 1) ^ (number >> 31)) >>> 0)
    }
    case 'bool':
      return writer.byte(value === true ? 1 : 0)
    case 'int32':
    case 'enum': {
      const number = value as number
      return number < 0 ? writer.varint64(BigInt(number)) : writer.varint32(number)
    }
    case 'fixed32':
      return writer.fixed32(value as number)
    case 'uint32':
      return writer.varint32(value as number)
  }
}
