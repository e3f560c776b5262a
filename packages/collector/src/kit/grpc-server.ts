import * as http2 from 'node:http2'
import type { Server, Socket } from 'node:net'
import type { Logger } from '@clew/base/logger'
import type { Guard } from './access.ts'
import type { ByteBudget } from './byte-budget.ts'
import { GrpcCall, WRONG_PROTOCOL, type GrpcCallLimits } from './grpc-call.ts'
import type { CutReason } from './cut-reason.ts'
import { FloodGuard } from './http2-flood.ts'
import { http2Guard } from './http2-guard.ts'
import type { UnaryMethod } from './grpc-method.ts'
import { listen, type BoundAddress } from './listen.ts'
import { ServerCertificate } from './server-certificate.ts'
import type { TlsServerConfig } from './tls.ts'

export interface KeepaliveOptions {
  /** Pings a silent client after this long; 0 never. */
  readonly timeMs: number
  /** Closes the connection when the ping is not answered in this time. */
  readonly timeoutMs: number
  /** Asks a client to connect anew after this long, so that load balancers can move it; 0 never. */
  readonly maxConnectionAgeMs: number
  /** What calls under way get before an aged connection is cut. */
  readonly maxConnectionAgeGraceMs: number
  /** Closes a connection without calls after this long; 0 never. */
  readonly maxConnectionIdleMs: number
}

export interface GrpcServerOptions extends GrpcCallLimits {
  /** Who may call. */
  readonly guard: Guard
  /** Full method paths: `/package.Service/Method`. */
  readonly methods: ReadonlyMap<string, UnaryMethod>
  readonly inFlight: ByteBudget
  readonly maxConcurrentStreams: number
  readonly maxConnections: number
  readonly keepalive: KeepaliveOptions
  readonly tls?: TlsServerConfig | undefined
  /** Told about every connection that is ended because of what its client does (or does not). */
  readonly onCut?: ((reason: CutReason) => void) | undefined
  readonly logger: Logger
}

/** Flow-control windows: big enough that a batch of some MiB needs no round trip in the middle. */
const STREAM_WINDOW_BYTES = 4 * 1024 * 1024
const SESSION_WINDOW_BYTES = 16 * 1024 * 1024
/**
 * Node counts frames under way against this and answers ENHANCE_YOUR_CALM when it is passed: with the default of 10 MB
 * a fifth of 32 concurrent 439 KB calls fail. The real bound is `inFlight`.
 */
const MAX_SESSION_MEMORY_MB = 1024
/** A connection that says nothing at all is closed after this time. */
const SILENCE_MS = 10_000
/** Enough for any header list a tracer sends; a bigger one is an attack. */
const MAX_HEADER_LIST_BYTES = 64 * 1024

/** A gRPC server for unary methods over HTTP/2: framing, compression, deadlines, keepalive, status trailers. */
export class GrpcServer {
  readonly #options: GrpcServerOptions
  readonly #server: Server
  readonly #sessions = new Set<http2.ServerHttp2Session>()
  readonly #sockets = new Set<Socket>()
  readonly #floodGuards = new WeakMap<http2.ServerHttp2Session, FloodGuard>()
  #callsOpen = 0
  #onIdle: (() => void) | undefined
  #stopFollowing: () => void = () => undefined

  constructor(options: GrpcServerOptions) {
    this.#options = options
    const settings: http2.ServerOptions = {
      maxSessionMemory: MAX_SESSION_MEMORY_MB,
      settings: {
        initialWindowSize: STREAM_WINDOW_BYTES,
        maxConcurrentStreams: options.maxConcurrentStreams,
        maxHeaderListSize: MAX_HEADER_LIST_BYTES,
        enablePush: false,
      },
      unknownProtocolTimeout: 5_000,
    }
    let server: http2.Http2Server | http2.Http2SecureServer
    if (options.tls === undefined) server = http2.createServer(settings)
    else {
      const certificate = new ServerCertificate(options.tls, options.logger)
      const secure = http2.createSecureServer({ ...settings, ...certificate.options, ALPNProtocols: ['h2'] })
      this.#stopFollowing = certificate.follow(secure)
      server = secure
    }
    server.on('session', (session: http2.ServerHttp2Session) => this.#onSession(session))
    server.on('stream', (stream: http2.ServerHttp2Stream, headers: http2.IncomingHttpHeaders) => {
      this.#onStream(stream, headers)
    })
    server.on('sessionError', (error: Error) => {
      options.logger.debug('gRPC connection failed', { error })
      if ('code' in error && String(error.code).startsWith('ERR_HTTP2')) options.onCut?.('protocol_error')
    })
    server.on('tlsClientError', (error: Error) => options.logger.debug('TLS handshake failed', { error }))
    // A stream that ends before a listener is attached must not end the process.
    server.on('error', (error: Error) => options.logger.warn('gRPC server error', { error }))
    // Plain text: look first who is there. With TLS the protocol was agreed on in the handshake.
    this.#server =
      options.tls === undefined
        ? http2Guard(
            (socket) => server.emit('connection', socket),
            WRONG_PROTOCOL,
            SILENCE_MS,
            (reason) => options.onCut?.(reason),
          )
        : server
    this.#server.maxConnections = options.maxConnections
    this.#server.on('drop', () => options.onCut?.('too_many_connections'))
    this.#server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket)
      socket.once('close', () => this.#sockets.delete(socket))
      socket.on('error', () => socket.destroy())
    })
  }

  /** Starts to listen. Throws ClewError LISTEN, OPEN_TO_ALL. */
  listen(endpoint: string): Promise<BoundAddress> {
    const { guard, tls } = this.#options
    return listen(this.#server, endpoint, { guard, clientCertificates: tls?.client_ca_file !== undefined })
  }

  /** Stops taking calls, lets those under way finish until `deadlineMs` is over, then cuts what is left. */
  async close(deadlineMs: number): Promise<void> {
    this.#stopFollowing()
    const closed = new Promise<void>((resolve) => {
      if (this.#server.listening) this.#server.close(() => resolve())
      else resolve()
    })
    for (const session of this.#sessions) session.close()
    if (this.#callsOpen > 0) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, deadlineMs)
        this.#onIdle = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    }
    // A turn for the last answers to leave the process.
    await new Promise((resolve) => setImmediate(resolve))
    const cut = setTimeout(() => {
      for (const session of this.#sessions) session.destroy()
      for (const socket of this.#sockets) socket.destroy()
    }, 100)
    await closed
    clearTimeout(cut)
  }

  #onSession(session: http2.ServerHttp2Session): void {
    this.#sessions.add(session)
    session.setLocalWindowSize?.(SESSION_WINDOW_BYTES)
    session.on('error', (error) => this.#options.logger.debug('gRPC session failed', { error }))
    this.#floodGuards.set(session, new FloodGuard(session, () => this.#options.onCut?.('flood')))
    const stopKeepalive = this.#keepalive(session)
    session.once('close', () => {
      stopKeepalive()
      this.#sessions.delete(session)
    })
  }

  #onStream(stream: http2.ServerHttp2Stream, headers: http2.IncomingHttpHeaders): void {
    this.#callsOpen += 1
    // Asked now: a stream that has ended knows its session no longer.
    const guard = this.#floodGuards.get(stream.session as http2.ServerHttp2Session)
    stream.once('close', () => {
      if (stream.aborted || stream.rstCode !== http2.constants.NGHTTP2_NO_ERROR) guard?.reset()
      this.#callsOpen -= 1
      if (this.#callsOpen === 0) this.#onIdle?.()
    })
    stream.on('error', () => undefined) // 'close' follows and does the work
    // A turn later: calls that were reset in the same read as they were begun cost nothing more then.
    setImmediate(() => {
      if (!stream.destroyed && !stream.closed) new GrpcCall(stream, headers, this.#options).run()
    })
  }

  #keepalive(session: http2.ServerHttp2Session): () => void {
    const { timeMs, timeoutMs, maxConnectionAgeMs, maxConnectionAgeGraceMs, maxConnectionIdleMs } =
      this.#options.keepalive
    const timers: NodeJS.Timeout[] = []
    if (timeMs > 0) {
      timers.push(
        setInterval(() => {
          const dead = setTimeout(() => session.destroy(), timeoutMs)
          dead.unref()
          const sent = !session.destroyed && session.ping(() => clearTimeout(dead))
          if (!sent) clearTimeout(dead)
        }, timeMs),
      )
    }
    if (maxConnectionAgeMs > 0) {
      timers.push(
        setTimeout(() => {
          session.close()
          const cut = setTimeout(() => session.destroy(), maxConnectionAgeGraceMs)
          cut.unref()
          timers.push(cut)
        }, maxConnectionAgeMs),
      )
    }
    for (const timer of timers) timer.unref()
    if (maxConnectionIdleMs > 0) session.setTimeout(maxConnectionIdleMs, () => session.close())
    return () => {
      for (const timer of timers) clearTimeout(timer)
    }
  }
}
