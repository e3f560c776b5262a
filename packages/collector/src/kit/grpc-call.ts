import * as http2 from 'node:http2'
import { refuseCaller, type Guard } from './access.ts'
import type { ByteBudget } from './byte-budget.ts'
import { busy, supportedEncodings } from './compression.ts'
import { GrpcCode } from './grpc-code.ts'
import { encodeGrpcMessage, frameHeader, FRAME_HEADER_BYTES, parseGrpcTimeout, UnaryFrameReader } from './grpc-frame.ts'
import type { UnaryMethod } from './grpc-method.ts'
import { RpcError, toRpcError } from './rpc-error.ts'
import { encodeStatus } from './rpc-status.ts'

export interface GrpcCallLimits {
  /** Largest message after decompression. */
  readonly maxMessageBytes: number
  /** A caller that sends nothing for so long in the middle of its message is cut off. */
  readonly stallTimeoutMs: number
}

interface CallOptions extends GrpcCallLimits {
  readonly guard: Guard
  readonly methods: ReadonlyMap<string, UnaryMethod>
  readonly inFlight: ByteBudget
}

const ACCEPT_ENCODING = ['identity', ...supportedEncodings()].join(',')
/** For clients that confuse the two ports of OTLP. */
export const WRONG_PROTOCOL =
  'this port speaks gRPC (content-type application/grpc); OTLP over HTTP has a port of its own, 4318 by default'

/** One call on the server: collects the message, runs the method, writes the response or the status. */
export class GrpcCall {
  readonly #stream: http2.ServerHttp2Stream
  readonly #headers: http2.IncomingHttpHeaders
  readonly #options: CallOptions
  readonly #abort = new AbortController()
  readonly #frame: UnaryFrameReader
  #method: UnaryMethod | undefined
  #heldBytes = 0
  #answered = false
  #closed = false
  #handling = false
  #deadline: NodeJS.Timeout | undefined

  constructor(stream: http2.ServerHttp2Stream, headers: http2.IncomingHttpHeaders, options: CallOptions) {
    this.#stream = stream
    this.#headers = headers
    this.#options = options
    this.#frame = new UnaryFrameReader(options.maxMessageBytes)
  }

  /** Attaches to the stream; everything else follows from its events. */
  run(): void {
    const stream = this.#stream
    stream.on('error', () => undefined) // 'close' follows and does the work
    stream.once('close', () => this.#close())
    const refusal = this.#admit()
    if (refusal !== undefined) {
      this.#fail(refusal)
      return
    }
    const timeoutMs = parseGrpcTimeout(this.#headers['grpc-timeout'] as string | undefined)
    if (timeoutMs !== undefined) this.#startDeadline(timeoutMs)
    stream.setTimeout(this.#options.stallTimeoutMs, () => {
      this.#fail(new RpcError(GrpcCode.deadlineExceeded, 'the request stalled'))
    })
    stream.on('data', (chunk: Buffer) => this.#onData(chunk))
    const end = (): void => {
      stream.setTimeout(0)
      if (!this.#answered) void this.#dispatch()
    }
    // A call without a body has ended before anybody could listen.
    if (stream.readableEnded) end()
    else stream.once('end', end)
  }

  #admit(): RpcError | undefined {
    const headers = this.#headers
    const contentType = headers['content-type'] ?? ''
    if (headers[':method'] !== 'POST' || !/^application\/grpc(\+proto)?($|;)/.test(contentType)) {
      return new RpcError(GrpcCode.invalidArgument, WRONG_PROTOCOL, { httpStatus: 415 })
    }
    const path = headers[':path'] ?? ''
    this.#method = this.#options.methods.get(path)
    const stranger = refuseCaller(this.#options.guard, headers.authorization)
    if (stranger !== undefined) return stranger
    if (this.#method === undefined) return new RpcError(GrpcCode.unimplemented, `unknown method ${path}`)
    return this.#method.admit?.()
  }

  #startDeadline(timeoutMs: number): void {
    this.#deadline = setTimeout(
      () => {
        const error = new RpcError(GrpcCode.deadlineExceeded, 'the deadline of the call has passed')
        this.#abort.abort(error)
        this.#fail(error)
      },
      Math.min(timeoutMs, 2 ** 31 - 1),
    )
  }

  #onData(chunk: Buffer): void {
    if (this.#answered) return
    if (!this.#hold(chunk.length)) {
      this.#fail(busy())
      return
    }
    try {
      this.#frame.push(chunk)
    } catch (error) {
      this.#fail(toRpcError(error))
    }
  }

  async #dispatch(): Promise<void> {
    const method = this.#method
    if (method === undefined) return
    try {
      const encoding = this.#headers['grpc-encoding'] as string | undefined
      const opened = this.#frame.finish(encoding, (bytes) => this.#hold(bytes))
      const message = opened instanceof Promise ? await opened : opened
      if (this.#answered) return
      this.#handling = true
      const response = await method.handle({
        message,
        abort: this.#abort.signal,
        metadata: this.#headers,
        clientAddress: this.#stream.session?.socket?.remoteAddress,
      })
      this.#succeed(response)
    } catch (error) {
      this.#fail(toRpcError(error))
    }
  }

  /** Accounts for what is held; false when it does not fit, or when nobody waits for the answer any more. */
  #hold(bytes: number): boolean {
    if (this.#closed || !this.#options.inFlight.tryTake(bytes)) return false
    this.#heldBytes += bytes
    return true
  }

  #succeed(response: Uint8Array): void {
    const stream = this.#stream
    if (this.#answered || stream.destroyed || stream.closed) return
    this.#answered = true
    this.#stopDeadline()
    stream.respond(
      { ':status': 200, 'content-type': 'application/grpc', 'grpc-accept-encoding': ACCEPT_ENCODING },
      { waitForTrailers: true },
    )
    stream.once('wantTrailers', () => {
      if (!stream.destroyed && !stream.closed) stream.sendTrailers({ 'grpc-status': '0' })
    })
    const frame = Buffer.allocUnsafe(FRAME_HEADER_BYTES + response.length)
    frameHeader(response.length, false).copy(frame)
    frame.set(response, FRAME_HEADER_BYTES)
    stream.end(frame)
  }

  /** Ends the call with an error; one that happened before the method took over is the method's to count. */
  #fail(error: RpcError): void {
    if (this.#answered) return
    if (!this.#handling) this.#method?.refused?.(error)
    this.#answer(error)
  }

  /** Writes the status as a trailers-only response. */
  #answer(error: RpcError): void {
    const stream = this.#stream
    if (this.#answered) return
    this.#answered = true
    this.#stopDeadline()
    this.#abort.abort(error)
    if (stream.destroyed || stream.closed) return
    const grpc = (this.#headers['content-type'] ?? '').startsWith('application/grpc')
    const headers: http2.OutgoingHttpHeaders = {
      ':status': grpc ? 200 : error.httpStatus,
      'content-type': 'application/grpc',
      'grpc-status': String(error.code),
      'grpc-message': encodeGrpcMessage(error.message.slice(0, 1024)),
      'grpc-accept-encoding': ACCEPT_ENCODING,
    }
    if (error.retryAfterMs !== undefined || error.field !== undefined) {
      headers['grpc-status-details-bin'] = encodeStatus(error).toString('base64').replace(/=+$/, '')
    }
    stream.respond(headers, { endStream: true })
    // What is still on its way is not read: NO_ERROR tells the client that the answer above is complete.
    if (!stream.readableEnded) stream.close(http2.constants.NGHTTP2_NO_ERROR)
  }

  #stopDeadline(): void {
    clearTimeout(this.#deadline)
    this.#deadline = undefined
  }

  #close(): void {
    this.#closed = true
    this.#stopDeadline()
    this.#options.inFlight.release(this.#heldBytes)
    this.#heldBytes = 0
    if (!this.#answered) {
      this.#answered = true
      this.#abort.abort(new RpcError(GrpcCode.cancelled, 'the caller has gone'))
    }
  }
}
