import * as http2 from 'node:http2'
import type { Logger } from '@clew/base/logger'
import { deflate, inflate, isIdentity } from './compression.ts'
import { asGrpcCode, decodeStatus } from './rpc-status.ts'
import { decodeGrpcMessage, formatGrpcTimeout, frameHeader, FRAME_HEADER_BYTES, readFrameHeader } from './grpc-frame.ts'
import { GrpcCode } from './grpc-code.ts'
import { RpcError } from './rpc-error.ts'
import { tlsConnectOptions, type TlsClientConfig } from './tls.ts'

export interface GrpcClientOptions {
  /** `host:port`, `http://host:port`, `https://host:port` or `unix:///path`. */
  readonly target: string
  readonly tls: TlsClientConfig
  /** `none`, `gzip`, … for request messages. */
  readonly compression: string
  readonly headers: Readonly<Record<string, string>>
  readonly userAgent: string
  readonly keepaliveMs: number
  readonly logger: Logger
}

export interface GrpcCallOptions {
  readonly timeoutMs: number
  readonly abort?: AbortSignal | undefined
}

const STREAM_WINDOW_BYTES = 1024 * 1024
const MAX_SESSION_MEMORY_MB = 1024
const CANCEL = http2.constants.NGHTTP2_CANCEL
const MAX_RESPONSE_BYTES = 4 * 1024 * 1024

/** Makes unary calls over one HTTP/2 connection, which it opens when needed and again after it was lost. */
export class GrpcClient {
  readonly #options: GrpcClientOptions
  readonly #authority: string
  readonly #socketPath: string | undefined
  #session: http2.ClientHttp2Session | undefined
  #closed = false

  constructor(options: GrpcClientOptions) {
    this.#options = options
    const plain = options.tls.insecure || options.target.startsWith('http://') || options.target.startsWith('unix:')
    const scheme = options.target.startsWith('https://') || !plain ? 'https' : 'http'
    this.#socketPath = options.target.startsWith('unix:') ? options.target.replace(/^unix:(\/\/)?/, '') : undefined
    const host = options.target.replace(/^(https?|dns):\/\/\/?/, '').replace(/\/.*$/, '')
    this.#authority = `${scheme}://${this.#socketPath === undefined ? host : 'localhost'}`
  }

  /**
   * Sends one message, given in parts that are not joined, and returns the response message. Throws RpcError; a broken
   * connection is UNAVAILABLE, a passed deadline DEADLINE_EXCEEDED.
   */
  async call(path: string, parts: readonly Uint8Array[], options: GrpcCallOptions): Promise<Uint8Array> {
    if (this.#closed) throw new RpcError(GrpcCode.unavailable, 'the client is closed')
    const compress = !isIdentity(this.#options.compression)
    const body = compress ? [await deflate(Buffer.concat(parts), this.#options.compression, 1)] : parts
    return this.#exchange(this.#connect(), path, body, compress, options)
  }

  /** Lets calls under way finish, then closes. */
  async close(): Promise<void> {
    this.#closed = true
    const session = this.#session
    this.#session = undefined
    if (session === undefined || session.destroyed) return
    await new Promise<void>((resolve) => {
      const cut = setTimeout(() => session.destroy(), 1000)
      session.once('close', () => {
        clearTimeout(cut)
        resolve()
      })
      session.close()
    })
  }

  #connect(): http2.ClientHttp2Session {
    const current = this.#session
    if (current !== undefined && !current.closed && !current.destroyed) return current
    const { tls, logger, keepaliveMs } = this.#options
    const session = http2.connect(this.#authority, {
      maxSessionMemory: MAX_SESSION_MEMORY_MB,
      settings: { initialWindowSize: STREAM_WINDOW_BYTES, enablePush: false },
      ...(this.#authority.startsWith('https:') ? tlsConnectOptions(tls) : {}),
      ...(this.#socketPath === undefined ? {} : { path: this.#socketPath }),
    } as http2.SecureClientSessionOptions)
    this.#session = session
    // Every call under way listens; their number is bounded by whoever calls.
    session.setMaxListeners(0)
    session.on('error', (error) => logger.debug('gRPC connection failed', { error, target: this.#options.target }))
    session.on('goaway', () => this.#forget(session))
    const ping =
      keepaliveMs > 0
        ? setInterval(() => {
            const dead = setTimeout(() => session.destroy(), 20_000)
            dead.unref()
            if (session.destroyed || !session.ping(() => clearTimeout(dead))) clearTimeout(dead)
          }, keepaliveMs)
        : undefined
    ping?.unref()
    session.once('close', () => {
      clearInterval(ping)
      this.#forget(session)
    })
    // An idle connection must not keep the process alive; open calls do, through their deadline timers.
    session.unref()
    return session
  }

  #forget(session: http2.ClientHttp2Session): void {
    if (this.#session === session) this.#session = undefined
  }

  #exchange(
    session: http2.ClientHttp2Session,
    path: string,
    parts: readonly Uint8Array[],
    compressed: boolean,
    options: GrpcCallOptions,
  ): Promise<Uint8Array> {
    return new Promise<Uint8Array>((resolve, reject) => {
      let settled = false
      let stream: http2.ClientHttp2Stream
      const chunks: Buffer[] = []
      let receivedBytes = 0
      let headers: http2.IncomingHttpHeaders = {}
      let trailers: http2.IncomingHttpHeaders | undefined
      const settle = (finish: () => void): void => {
        if (settled) return
        settled = true
        clearTimeout(timer)
        options.abort?.removeEventListener('abort', onAbort)
        session.off('close', onSessionClose)
        session.off('error', onSessionError)
        finish()
      }
      const fail = (error: RpcError, reset: number): void =>
        settle(() => {
          stream?.close(reset)
          reject(error)
        })
      const timer = setTimeout(
        () => fail(new RpcError(GrpcCode.deadlineExceeded, `no answer in ${options.timeoutMs} ms`), CANCEL),
        options.timeoutMs,
      )
      const onAbort = (): void => fail(new RpcError(GrpcCode.cancelled, 'the call was cancelled'), CANCEL)
      const onSessionClose = (): void => fail(unavailable(this.#options.target, 'the connection was closed'), CANCEL)
      const onSessionError = (error: Error): void => fail(unavailable(this.#options.target, error.message), CANCEL)
      options.abort?.addEventListener('abort', onAbort)
      session.once('close', onSessionClose)
      session.once('error', onSessionError)
      try {
        stream = session.request(this.#requestHeaders(path, compressed, options.timeoutMs))
      } catch (error) {
        fail(unavailable(this.#options.target, (error as Error).message), CANCEL)
        return
      }
      stream.on('response', (got) => (headers = got))
      stream.on('trailers', (got) => (trailers = got))
      stream.on('data', (chunk: Buffer) => {
        receivedBytes += chunk.length
        if (receivedBytes > MAX_RESPONSE_BYTES)
          fail(new RpcError(GrpcCode.resourceExhausted, 'the answer is too big'), CANCEL)
        else chunks.push(chunk)
      })
      stream.on('error', (error) => fail(unavailable(this.#options.target, error.message), CANCEL))
      // 'close' and not 'end': a reset in the middle never ends.
      stream.once('close', () => {
        void readAnswer(headers, trailers, Buffer.concat(chunks), stream.rstCode, this.#options.target).then(
          (message) => settle(() => resolve(message)),
          (error: unknown) => settle(() => reject(error)),
        )
      })
      let length = 0
      for (const part of parts) length += part.length
      stream.cork()
      stream.write(frameHeader(length, compressed))
      for (const part of parts) stream.write(part)
      stream.end()
      process.nextTick(() => stream.uncork())
    })
  }

  #requestHeaders(path: string, compressed: boolean, timeoutMs: number): http2.OutgoingHttpHeaders {
    const headers: http2.OutgoingHttpHeaders = {
      ':method': 'POST',
      ':path': path,
      'content-type': 'application/grpc',
      te: 'trailers',
      'user-agent': this.#options.userAgent,
      'grpc-timeout': formatGrpcTimeout(timeoutMs),
      'grpc-accept-encoding': 'identity,gzip,deflate',
    }
    if (compressed) headers['grpc-encoding'] = this.#options.compression
    for (const [name, value] of Object.entries(this.#options.headers)) headers[name.toLowerCase()] = value
    return headers
  }
}

async function readAnswer(
  headers: http2.IncomingHttpHeaders,
  trailers: http2.IncomingHttpHeaders | undefined,
  body: Buffer,
  rstCode: number,
  target: string,
): Promise<Uint8Array> {
  const status = (trailers?.['grpc-status'] ?? headers['grpc-status']) as string | undefined
  if (status === undefined) {
    const http = Number(headers[':status'] ?? 200)
    if (http === 200) throw unavailable(target, `the call was reset (code ${rstCode})`)
    throw new RpcError(codeOfHttp(http), `${target} answered HTTP ${http} instead of gRPC`)
  }
  const code = asGrpcCode(Number(status))
  if (code !== GrpcCode.ok) throw statusError(code, { ...headers, ...trailers })
  const header = readFrameHeader(body)
  if (header === undefined) return new Uint8Array()
  const message = body.subarray(FRAME_HEADER_BYTES, FRAME_HEADER_BYTES + header.length)
  if (!header.compressed) return message
  return inflate(message, String(headers['grpc-encoding'] ?? 'gzip'), MAX_RESPONSE_BYTES)
}

function statusError(code: GrpcCode, headers: http2.IncomingHttpHeaders): RpcError {
  const details = headers['grpc-status-details-bin']
  const status = typeof details === 'string' ? decodeStatus(Buffer.from(details, 'base64')) : undefined
  const message = decodeGrpcMessage(String(headers['grpc-message'] ?? status?.message ?? ''))
  return new RpcError(code, message, { retryAfterMs: status?.retryAfterMs })
}

/** gRPC "HTTP to gRPC Status Code Mapping": what a proxy in between answers. */
function codeOfHttp(status: number): GrpcCode {
  if (status === 400) return GrpcCode.internal
  if (status === 401) return GrpcCode.unauthenticated
  if (status === 403) return GrpcCode.permissionDenied
  if (status === 404) return GrpcCode.unimplemented
  return status === 429 || (status >= 502 && status <= 504) ? GrpcCode.unavailable : GrpcCode.unknown
}

function unavailable(target: string, reason: string): RpcError {
  return new RpcError(GrpcCode.unavailable, `${target}: ${reason}`)
}
