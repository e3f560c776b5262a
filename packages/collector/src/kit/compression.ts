import * as zlib from 'node:zlib'
import { GrpcCode } from './grpc-code.ts'
import { RpcError } from './rpc-error.ts'

type Callback = (error: Error | null, result: Buffer) => void
type Transform = (input: Uint8Array, options: zlib.ZlibOptions, callback: Callback) => void

/** Present since Node 22.15; missing in the type definitions of older ones. */
const zstd = zlib as { readonly zstdCompress?: Transform; readonly zstdDecompress?: Transform }

const INFLATE: Readonly<Record<string, Transform | undefined>> = {
  gzip: zlib.gunzip,
  'x-gzip': zlib.gunzip,
  // "deflate" is zlib-wrapped in the HTTP specification and raw in some clients; `inflateAny` looks at the first byte.
  deflate: inflateAny,
  zlib: zlib.inflate,
  zstd: zstd.zstdDecompress,
}

const DEFLATE: Readonly<Record<string, Transform | undefined>> = {
  gzip: zlib.gzip,
  zlib: zlib.deflate,
  deflate: zlib.deflate,
  zstd: zstd.zstdCompress,
}

/** Encodings that this Node can inflate, for `accept-encoding` headers and messages. */
export function supportedEncodings(): readonly string[] {
  return Object.keys(INFLATE).filter((name) => INFLATE[name] !== undefined && name !== 'x-gzip')
}

/** True for encodings that mean "as it is". */
export function isIdentity(encoding: string | undefined): boolean {
  return encoding === undefined || encoding === '' || encoding === 'identity' || encoding === 'none'
}

/** True when this Node can inflate `encoding`. */
export function canInflate(encoding: string): boolean {
  return INFLATE[encoding] !== undefined
}

/** True when this Node can compress to `encoding`. */
export function canDeflate(encoding: string): boolean {
  return isIdentity(encoding) || DEFLATE[encoding] !== undefined
}

/**
 * Inflates `input`, giving up as soon as the output would pass `maxBytes` (the limit holds while inflating: a zip bomb
 * never grows past it). Throws RpcError: 413 RESOURCE_EXHAUSTED when too big, 400 INVALID_ARGUMENT when damaged or in
 * an unknown encoding.
 */
export function inflate(input: Uint8Array, encoding: string, maxBytes: number): Promise<Uint8Array> {
  const transform = INFLATE[encoding]
  if (transform === undefined) {
    const known = supportedEncodings().join(', ')
    return Promise.reject(
      new RpcError(GrpcCode.invalidArgument, `unsupported content encoding "${encoding}", supported: ${known}`),
    )
  }
  const options = { maxOutputLength: maxBytes, chunkSize: chunkSizeFor(input.length) }
  return new Promise((resolve, reject) => {
    transform(input, options, (error, result) => {
      if (error === null) resolve(result)
      else reject(inflateError(error, encoding, maxBytes))
    })
  })
}

/** Compresses `input`; `level` 1 is fastest. Undefined for an encoding this Node has not. */
export function deflate(input: Uint8Array, encoding: string, level?: number): Promise<Uint8Array> {
  const transform = DEFLATE[encoding]
  if (transform === undefined) return Promise.reject(new Error(`cannot compress to "${encoding}" on this Node`))
  const options = encoding === 'zstd' || level === undefined ? {} : { level }
  return new Promise((resolve, reject) => {
    transform(input, { ...options, chunkSize: chunkSizeFor(input.length) }, (error, result) => {
      if (error === null) resolve(result)
      else reject(error)
    })
  })
}

function inflateError(error: Error & { code?: string }, encoding: string, maxBytes: number): RpcError {
  if (error.code === 'ERR_BUFFER_TOO_LARGE') return tooLarge(maxBytes)
  return new RpcError(GrpcCode.invalidArgument, `damaged ${encoding} body: ${error.message}`, { cause: error })
}

/** The answer to a body that is bigger than allowed, after decompression. Not retryable. */
export function tooLarge(maxBytes: number): RpcError {
  const message = `request body is larger than ${maxBytes} bytes (after decompression)`
  return new RpcError(GrpcCode.resourceExhausted, message, { httpStatus: 413 })
}

/** Few large chunks are faster than many of 16 KiB; a small body should not cost a large buffer. */
function chunkSizeFor(inputBytes: number): number {
  return Math.min(Math.max(inputBytes * 4, 4096), 256 * 1024)
}

function inflateAny(input: Uint8Array, options: zlib.ZlibOptions, callback: Callback): void {
  const wrapped = ((input[0] ?? 0) & 15) === 8 && (((input[0] ?? 0) << 8) | (input[1] ?? 0)) % 31 === 0
  if (wrapped) zlib.inflate(input, options, callback)
  else zlib.inflateRaw(input, options, callback)
}
