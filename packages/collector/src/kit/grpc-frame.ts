import { BodyBuffer } from './body-buffer.ts'
import { canInflate, inflate, isIdentity, supportedEncodings, tooLarge } from './compression.ts'
import { GrpcCode } from './grpc-code.ts'
import { RpcError } from './rpc-error.ts'

/** Bytes in front of each gRPC message: one flag (1 = compressed) and the length, big-endian. */
export const FRAME_HEADER_BYTES = 5

/** The header of one message. */
export function frameHeader(messageBytes: number, compressed: boolean): Buffer {
  const header = Buffer.allocUnsafe(FRAME_HEADER_BYTES)
  header[0] = compressed ? 1 : 0
  header.writeUInt32BE(messageBytes, 1)
  return header
}

/** The header in front of `bytes`, when there are enough of them. */
export function readFrameHeader(bytes: Uint8Array): { compressed: boolean; length: number } | undefined {
  if (bytes.length < FRAME_HEADER_BYTES) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return { compressed: bytes[0] === 1, length: view.getUint32(1) }
}

/** Collects the one message of a unary call from the chunks of a request body. */
export class UnaryFrameReader {
  readonly #maxBytes: number
  readonly #header = Buffer.alloc(FRAME_HEADER_BYTES)
  #headerBytes = 0
  #announcedBytes = 0
  #message: BodyBuffer | undefined

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  /**
   * Takes the next chunk. Throws RpcError: INVALID_ARGUMENT for bytes that are no frame or more than one message,
   * RESOURCE_EXHAUSTED as soon as the header announces too much.
   */
  push(chunk: Uint8Array): void {
    let at = 0
    if (this.#message === undefined) {
      at = Math.min(FRAME_HEADER_BYTES - this.#headerBytes, chunk.length)
      this.#header.set(chunk.subarray(0, at), this.#headerBytes)
      this.#headerBytes += at
      if (this.#headerBytes < FRAME_HEADER_BYTES) return
      if ((this.#header[0] ?? 0) > 1) throw notFramed()
      this.#announcedBytes = this.#header.readUInt32BE(1)
      if (this.#announcedBytes > this.#maxBytes) throw tooLarge(this.#maxBytes)
      this.#message = new BodyBuffer(this.#announcedBytes)
    }
    if (this.#message.length + chunk.length - at > this.#announcedBytes) {
      throw new RpcError(GrpcCode.invalidArgument, 'a unary call takes one message, got more')
    }
    if (at < chunk.length) this.#message.append(at === 0 ? chunk : chunk.subarray(at))
  }

  /** The message when the body has ended, inflated as far as `hold` allows (see `inflate`). UNIMPLEMENTED for an encoding this Node cannot inflate. */
  finish(
    encoding: string | undefined,
    hold: (bytes: number) => boolean = () => true,
  ): Uint8Array | Promise<Uint8Array> {
    if (this.#message === undefined) throw notFramed()
    if (this.#message.length < this.#announcedBytes) {
      const got = `${this.#message.length} of the ${this.#announcedBytes} bytes announced`
      throw new RpcError(GrpcCode.invalidArgument, `a unary call takes one message, got ${got}`)
    }
    const message = this.#message.finish()
    if (this.#header[0] === 0) return message
    if (encoding === undefined || isIdentity(encoding)) {
      throw new RpcError(GrpcCode.internal, 'message is flagged as compressed but the call has no grpc-encoding')
    }
    if (!canInflate(encoding)) {
      const known = supportedEncodings().join(', ')
      throw new RpcError(GrpcCode.unimplemented, `grpc-encoding "${encoding}" is not supported, use one of: ${known}`)
    }
    return inflate(message, encoding, this.#maxBytes, hold)
  }
}

function notFramed(): RpcError {
  return new RpcError(GrpcCode.invalidArgument, 'the request is not a length-prefixed gRPC message')
}

const TIMEOUT_UNIT_MS: Readonly<Record<string, number>> = { H: 3_600_000, M: 60_000, S: 1000, m: 1, u: 1e-3, n: 1e-6 }

/** Milliseconds of a `grpc-timeout` header (`1S`, `500m`); undefined when there is none or it is malformed. */
export function parseGrpcTimeout(header: string | undefined): number | undefined {
  const match = header === undefined ? null : /^(\d{1,8})([HMSmun])$/.exec(header)
  if (match === null) return undefined
  return Number(match[1]) * (TIMEOUT_UNIT_MS[match[2] ?? ''] ?? 0)
}

/** A `grpc-timeout` header value: at most eight digits. */
export function formatGrpcTimeout(timeoutMs: number): string {
  const ms = Math.max(1, Math.ceil(timeoutMs))
  return ms <= 99_999_999 ? `${ms}m` : `${Math.min(99_999_999, Math.ceil(ms / 1000))}S`
}

/** `grpc-message` is percent-encoded UTF-8 (gRPC over HTTP/2, "Responses"). */
export function encodeGrpcMessage(message: string): string {
  let out = ''
  for (const byte of Buffer.from(message, 'utf8')) {
    const plain = byte >= 0x20 && byte <= 0x7e && byte !== 0x25
    out += plain ? String.fromCharCode(byte) : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
  }
  return out
}

/** The inverse; what is not valid percent-encoding is shown as it is. */
export function decodeGrpcMessage(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
