import type { Duplex } from 'node:stream'
import * as zlib from 'node:zlib'
import { GrpcCode } from './grpc-code.ts'
import { RpcError } from './rpc-error.ts'

type Callback = (error: Error | null, result: Buffer) => void
type Transform = (input: Uint8Array, options: zlib.ZlibOptions, callback: Callback) => void

/** Present since Node 22.15; missing in the type definitions of older ones. */
const zstd = zlib as {
  readonly zstdCompress?: Transform
  readonly createZstdDecompress?: (options: zlib.ZlibOptions) => Duplex
}

type Inflater = (options: zlib.ZlibOptions, input: Uint8Array) => Duplex

const INFLATE: Readonly<Record<string, Inflater | undefined>> = {
  gzip: (options) => zlib.createGunzip(options),
  'x-gzip': (options) => zlib.createGunzip(options),
  // "deflate" is zlib-wrapped in the HTTP specification and raw in some clients; the first bytes tell.
  deflate: (options, input) => (isZlibWrapped(input) ? zlib.createInflate(options) : zlib.createInflateRaw(options)),
  zlib: (options) => zlib.createInflate(options),
  zstd: zstd.createZstdDecompress,
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
 * Inflates `input`, giving up as soon as the output passes `maxBytes` (the limit holds while inflating: a zip bomb never
 * grows past it). `hold` is asked for every piece of output before the next is made; when it says no, so many bytes are held
 * already that the sender has to come back. Throws RpcError: 413 RESOURCE_EXHAUSTED when too big, 503 UNAVAILABLE when
 * too much is held, 400 INVALID_ARGUMENT when damaged or in an unknown encoding.
 */
export function inflate(
  input: Uint8Array,
  encoding: string,
  maxBytes: number,
  hold: (bytes: number) => boolean = () => true,
): Promise<Uint8Array> {
  const inflater = INFLATE[encoding]
  if (inflater === undefined) {
    const known = supportedEncodings().join(', ')
    return Promise.reject(
      new RpcError(GrpcCode.invalidArgument, `unsupported content encoding "${encoding}", supported: ${known}`),
    )
  }
  const stream = inflater({ chunkSize: chunkSizeFor(input.length) }, input)
  return new Promise((resolve, reject) => {
    const chunks: Uint8Array[] = []
    let bytes = 0
    const fail = (error: RpcError): void => {
      chunks.length = 0
      stream.destroy()
      reject(error)
    }
    stream.on('data', (chunk: Buffer) => {
      bytes += chunk.length
      if (bytes > maxBytes) fail(tooLarge(maxBytes))
      else if (!hold(chunk.length)) fail(busy())
      else chunks.push(chunk)
    })
    stream.once('end', () => resolve(join(chunks, bytes)))
    stream.once('error', (error) =>
      fail(new RpcError(GrpcCode.invalidArgument, `damaged ${encoding} body: ${error.message}`, { cause: error })),
    )
    stream.end(input)
  })
}

function join(chunks: readonly Uint8Array[], bytes: number): Uint8Array {
  const [only] = chunks
  if (chunks.length === 1 && only !== undefined) return only
  const joined = new Uint8Array(bytes)
  let at = 0
  for (const chunk of chunks) {
    joined.set(chunk, at)
    at += chunk.length
  }
  return joined
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

/** The answer to a body that is bigger than allowed, after decompression. Not retryable. */
export function tooLarge(maxBytes: number): RpcError {
  const message = `request body is larger than ${maxBytes} bytes (after decompression)`
  return new RpcError(GrpcCode.resourceExhausted, message, { httpStatus: 413 })
}

/** How long a sender is asked to wait when too many bytes of requests are held. */
const BUSY_RETRY_MS = 1000

/** The answer when so many bytes of requests are held that no more fit. */
export function busy(): RpcError {
  return new RpcError(GrpcCode.unavailable, 'too many bytes of requests under way', { retryAfterMs: BUSY_RETRY_MS })
}

/** Few large chunks are faster than many of 16 KiB; a small body should not cost a large buffer. */
function chunkSizeFor(inputBytes: number): number {
  return Math.min(Math.max(inputBytes * 4, 4096), 256 * 1024)
}

function isZlibWrapped(input: Uint8Array): boolean {
  const [first = 0, second = 0] = input
  return (first & 15) === 8 && ((first << 8) | second) % 31 === 0
}
