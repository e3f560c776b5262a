import type { GrpcCode } from './grpc-code.ts'
import type { RpcError } from './rpc-error.ts'

/**
 * `google.rpc.Status` with the two details OTLP uses, as protobuf and JSON.
 *
 *     message Status { int32 code = 1; string message = 2; repeated google.protobuf.Any details = 3; }
 *     message Any { string type_url = 1; bytes value = 2; }
 *     message RetryInfo { google.protobuf.Duration retry_delay = 1; }
 *     message Duration { int64 seconds = 1; int32 nanos = 2; }
 *     message BadRequest { repeated FieldViolation field_violations = 1; }
 *     message FieldViolation { string field = 1; string description = 2; }
 */
export interface RpcStatus {
  readonly code: number
  readonly message: string
  readonly retryAfterMs: number | undefined
}

const RETRY_INFO = 'type.googleapis.com/google.rpc.RetryInfo'
const BAD_REQUEST = 'type.googleapis.com/google.rpc.BadRequest'
/** Clients limit what they read of an answer; a message longer than this helps nobody. */
const MAX_MESSAGE_CHARS = 1024

function shorten(message: string): string {
  return message.length <= MAX_MESSAGE_CHARS ? message : `${message.slice(0, MAX_MESSAGE_CHARS - 1)}…`
}

/** The protobuf form, for HTTP error bodies and `grpc-status-details-bin`. */
export function encodeStatus(error: RpcError): Buffer {
  const message = shorten(error.message)
  const parts = [varintField(1, error.code), bytesField(2, Buffer.from(message))]
  if (error.retryAfterMs !== undefined) {
    const seconds = Math.floor(error.retryAfterMs / 1000)
    const nanos = Math.round((error.retryAfterMs - seconds * 1000) * 1e6)
    const delay = Buffer.concat([varintField(1, seconds), varintField(2, nanos)])
    parts.push(bytesField(3, any(RETRY_INFO, bytesField(1, delay))))
  }
  if (error.field !== undefined) {
    const violation = Buffer.concat([bytesField(1, Buffer.from(error.field)), bytesField(2, Buffer.from(message))])
    parts.push(bytesField(3, any(BAD_REQUEST, bytesField(1, violation))))
  }
  return Buffer.concat(parts)
}

/** The JSON form (proto3 JSON mapping), for OTLP/HTTP clients that speak JSON. */
export function statusToJson(error: RpcError): string {
  const message = shorten(error.message)
  const details: object[] = []
  if (error.retryAfterMs !== undefined) {
    details.push({ '@type': RETRY_INFO, retryDelay: `${error.retryAfterMs / 1000}s` })
  }
  if (error.field !== undefined) {
    details.push({ '@type': BAD_REQUEST, fieldViolations: [{ field: error.field, description: message }] })
  }
  return JSON.stringify({ code: error.code, message, ...(details.length > 0 ? { details } : {}) })
}

/** Reads a Status sent by another server. Bytes that are no Status give undefined: a bad detail never hides an error. */
export function decodeStatus(bytes: Uint8Array): RpcStatus | undefined {
  let code = 0
  let message = ''
  let retryAfterMs: number | undefined
  const ok = eachField(bytes, (field, value) => {
    if (field === 1 && typeof value === 'number') code = value
    else if (field === 2 && typeof value !== 'number') message = Buffer.from(value).toString('utf8')
    else if (field === 3 && typeof value !== 'number') retryAfterMs = decodeRetryInfo(value) ?? retryAfterMs
  })
  return ok ? { code, message, retryAfterMs } : undefined
}

function decodeRetryInfo(any: Uint8Array): number | undefined {
  let type = ''
  let body: Uint8Array = new Uint8Array()
  eachField(any, (field, value) => {
    if (typeof value === 'number') return
    if (field === 1) type = Buffer.from(value).toString('utf8')
    else if (field === 2) body = value
  })
  if (!type.endsWith('/google.rpc.RetryInfo')) return undefined
  let delayMs = 0
  eachField(body, (field, value) => {
    if (field !== 1 || typeof value === 'number') return
    eachField(value, (part, amount) => {
      if (typeof amount !== 'number') return
      if (part === 1) delayMs += amount * 1000
      else if (part === 2) delayMs += amount / 1e6
    })
  })
  return delayMs
}

/** Reads the message of a response `partial_success { rejected = 1; error_message = 2 }` in field 1 of an OTLP answer. */
export function decodePartialSuccess(bytes: Uint8Array): { rejected: number; message: string } {
  let rejected = 0
  let message = ''
  eachField(bytes, (field, value) => {
    if (field !== 1 || typeof value === 'number') return
    eachField(value, (part, content) => {
      if (part === 1 && typeof content === 'number') rejected = content
      else if (part === 2 && typeof content !== 'number') message = Buffer.from(content).toString('utf8')
    })
  })
  return { rejected, message }
}

/** `partial_success` as an OTLP export response; nothing rejected gives an empty body, as the specification wants. */
export function encodePartialSuccess(rejected: number, message: string): Buffer {
  if (rejected === 0 && message === '') return Buffer.alloc(0)
  const inner = Buffer.concat([varintField(1, rejected), bytesField(2, Buffer.from(shorten(message)))])
  return bytesField(1, inner)
}

/** The code of a decoded status as our type; unknown numbers become UNKNOWN. */
export function asGrpcCode(code: number): GrpcCode {
  return (Number.isInteger(code) && code >= 0 && code <= 16 ? code : 2) as GrpcCode
}

function any(typeUrl: string, value: Buffer): Buffer {
  return Buffer.concat([bytesField(1, Buffer.from(typeUrl)), bytesField(2, value)])
}

function varint(value: number): number[] {
  const out: number[] = []
  let rest = value
  while (rest >= 128) {
    out.push((rest % 128) | 128)
    rest = Math.floor(rest / 128)
  }
  out.push(rest)
  return out
}

function varintField(field: number, value: number): Buffer {
  return value === 0 ? Buffer.alloc(0) : Buffer.from([field << 3, ...varint(value)])
}

function bytesField(field: number, value: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from([(field << 3) | 2, ...varint(value.length)]), value])
}

/** Calls back for varint and length-delimited fields; false when the bytes are not a message. */
function eachField(bytes: Uint8Array, visit: (field: number, value: number | Uint8Array) => void): boolean {
  let at = 0
  const readVarint = (): number => {
    let value = 0
    let scale = 1
    for (let i = 0; i < 10; i++) {
      const byte = bytes[at++]
      if (byte === undefined) return Number.NaN
      value += (byte & 127) * scale
      if (byte < 128) return value
      scale *= 128
    }
    return Number.NaN
  }
  while (at < bytes.length) {
    const tag = readVarint()
    const wire = tag % 8
    const field = Math.floor(tag / 8)
    if (wire === 0) {
      const value = readVarint()
      if (Number.isNaN(value)) return false
      visit(field, value)
    } else if (wire === 2) {
      const length = readVarint()
      if (Number.isNaN(length) || at + length > bytes.length) return false
      visit(field, bytes.subarray(at, at + length))
      at += length
    } else if (wire === 1) at += 8
    else if (wire === 5) at += 4
    else return false
  }
  return at === bytes.length
}
