import * as http from 'node:http'
import * as https from 'node:https'
import type { Socket } from 'node:net'
import type { Logger } from '@clew/base/logger'
import { refuseCaller, type Guard } from './access.ts'
import { BodyBuffer } from './body-buffer.ts'
import type { ByteBudget } from './byte-budget.ts'
import { busy, inflate, isIdentity, tooLarge } from './compression.ts'
import { answerBrokenRequest } from './broken-request.ts'
import type { CutReason } from './cut-reason.ts'
import { applyCors, preflight, refuseOrigin, type CorsPolicy } from './cors.ts'
import { GrpcCode } from './grpc-code.ts'
import type { HttpResponse, HttpRoute } from './http-message.ts'
import { listen, type BoundAddress } from './listen.ts'
import { RpcError, toRpcError } from './rpc-error.ts'
import { ServerCertificate } from './server-certificate.ts'
import type { TlsServerConfig } from './tls.ts'

export interface HttpServerOptions {
  /** Who may ask. */
  readonly guard: Guard
  readonly routes: ReadonlyMap<string, HttpRoute>
  /** Writes an error in the language of the request. */
  readonly renderError: (error: RpcError, request: { readonly headers: http.IncomingHttpHeaders }) => HttpResponse
  /** Told about every error answer. */
  readonly onError?: (error: RpcError, path: string) => void
  /** Told about every connection that is ended because of what its client does (or does not). */
  readonly onCut?: ((reason: CutReason) => void) | undefined
  readonly maxBodyBytes: number
  readonly inFlight: ByteBudget
  readonly maxConnections: number
  /** Time for all headers of a request to arrive. */
  readonly headersTimeoutMs: number
  /** Time for a whole request to arrive. */
  readonly requestTimeoutMs: number
  /** Time a kept-alive connection may be silent between requests. */
  readonly idleTimeoutMs: number
  readonly cors?: CorsPolicy | undefined
  readonly tls?: TlsServerConfig | undefined
  readonly logger: Logger
}

/** A small HTTP/1.1 server: exact routes, body limits that hold while inflating, CORS, and limits on slow senders. */
export class HttpServer {
  readonly #options: HttpServerOptions
  readonly #server: http.Server
  readonly #sockets = new Set<Socket>()
  /** Sockets with a request under way. */
  readonly #busy = new Set<Socket>()
  #closing = false
  #stopFollowing: () => void = () => undefined

  constructor(options: HttpServerOptions) {
    this.#options = options
    const settings: http.ServerOptions = {
      headersTimeout: options.headersTimeoutMs,
      requestTimeout: options.requestTimeoutMs,
      keepAliveTimeout: options.idleTimeoutMs,
      connectionsCheckingInterval: Math.max(100, Math.min(1000, options.headersTimeoutMs / 4)),
      maxHeaderSize: 64 * 1024,
    }
    const onRequest = (request: http.IncomingMessage, response: http.ServerResponse): void => {
      void this.#serve(request, response)
    }
    if (options.tls === undefined) this.#server = http.createServer(settings, onRequest)
    else {
      const certificate = new ServerCertificate(options.tls, options.logger)
      const server = https.createServer({ ...settings, ...certificate.options }, onRequest)
      this.#stopFollowing = certificate.follow(server)
      this.#server = server
    }
    this.#server.maxConnections = options.maxConnections
    this.#server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
      answerBrokenRequest(error, socket as Socket, options.onCut)
    })
    this.#server.on('drop', () => options.onCut?.('too_many_connections'))
    this.#server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket)
      socket.once('close', () => this.#sockets.delete(socket))
    })
  }

  /** Starts to listen. Throws ClewError LISTEN, OPEN_TO_ALL. */
  listen(endpoint: string): Promise<BoundAddress> {
    const { guard, tls } = this.#options
    return listen(this.#server, endpoint, { guard, clientCertificates: tls?.client_ca_file !== undefined })
  }

  /** Stops taking requests, lets those under way finish until `deadlineMs` is over, then cuts what is left. */
  async close(deadlineMs: number): Promise<void> {
    this.#closing = true
    this.#stopFollowing()
    if (!this.#server.listening) return
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()))
    // Not closeIdleConnections: a connection that never sent a request is not "idle" to it.
    for (const socket of this.#sockets) if (!this.#busy.has(socket)) socket.destroy()
    const cut = setTimeout(() => {
      for (const socket of this.#sockets) socket.destroy()
    }, deadlineMs)
    await closed
    clearTimeout(cut)
  }

  async #serve(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const abort = new AbortController()
    const held = { bytes: 0 }
    const { socket } = request
    this.#busy.add(socket)
    response.once('close', () => {
      this.#busy.delete(socket)
      this.#options.inFlight.release(held.bytes)
      if (!response.writableFinished) abort.abort(new RpcError(GrpcCode.cancelled, 'the client has gone'))
    })
    request.on('error', () => undefined)
    response.on('error', () => undefined)
    const url = request.url ?? '/'
    const mark = url.indexOf('?')
    const path = mark < 0 ? url : url.slice(0, mark)
    const cors = this.#options.cors
    if (cors !== undefined) applyCors(cors, request, response)
    let answer: HttpResponse
    try {
      answer = await this.#route(request, path, mark < 0 ? '' : url.slice(mark + 1), abort.signal, held)
    } catch (error) {
      const failure = toRpcError(error)
      if (failure.cause !== undefined && failure.code === GrpcCode.internal) {
        this.#options.logger.error('request failed', { path, error: failure.cause })
      }
      this.#options.onError?.(failure, path)
      answer = this.#options.renderError(failure, request)
    }
    this.#send(request, response, answer)
  }

  async #route(
    request: http.IncomingMessage,
    path: string,
    query: string,
    abort: AbortSignal,
    held: { bytes: number },
  ): Promise<HttpResponse> {
    const method = request.method ?? 'GET'
    const cors = this.#options.cors
    if (method === 'OPTIONS' && cors !== undefined && request.headers['access-control-request-method'] !== undefined) {
      return preflight(cors, request)
    }
    const foreign = cors === undefined ? undefined : refuseOrigin(cors, request)
    if (foreign !== undefined) throw foreign
    const route = this.#options.routes.get(path)
    const stranger = refuseCaller(this.#options.guard, request.headers.authorization)
    if (stranger !== undefined) {
      route?.refused?.(stranger)
      throw stranger
    }
    if (route === undefined) {
      const known = [...this.#options.routes.keys()].join(', ')
      throw new RpcError(GrpcCode.unimplemented, `no such path ${path}; this server has ${known}`)
    }
    if (!route.methods.includes(method)) {
      const message = `405 method not allowed, supported: [${route.methods.join(', ')}]`
      return {
        status: 405,
        headers: { allow: route.methods.join(', '), 'content-type': 'text/plain' },
        body: message,
      }
    }
    return route.handle({
      method,
      path,
      query,
      headers: request.headers,
      clientAddress: request.socket.remoteAddress,
      abort,
      body: () => this.#readBody(request, held),
    })
  }

  async #readBody(request: http.IncomingMessage, held: { bytes: number }): Promise<Uint8Array> {
    const { maxBodyBytes, inFlight } = this.#options
    const encoding = request.headers['content-encoding']?.trim().toLowerCase()
    const announced = Number(request.headers['content-length'] ?? 0)
    if (announced > maxBodyBytes) throw tooLarge(maxBodyBytes)
    const gathered = new BodyBuffer(announced)
    await new Promise<void>((resolve, reject) => {
      request.on('data', (chunk: Buffer) => {
        if (gathered.length + chunk.length > maxBodyBytes) {
          request.pause()
          reject(tooLarge(maxBodyBytes))
        } else if (!inFlight.tryTake(chunk.length)) {
          request.pause()
          reject(busy())
        } else {
          held.bytes += chunk.length
          gathered.append(chunk)
        }
      })
      request.once('end', resolve)
      request.once('error', reject)
      request.once('close', () => reject(new RpcError(GrpcCode.cancelled, 'the client has gone')))
    })
    const body = gathered.finish()
    if (encoding === undefined || isIdentity(encoding)) return body
    return await inflate(body, encoding, maxBodyBytes, (bytes) => {
      if (request.socket.destroyed || !inFlight.tryTake(bytes)) return false
      held.bytes += bytes
      return true
    })
  }

  #send(request: http.IncomingMessage, response: http.ServerResponse, answer: HttpResponse): void {
    if (response.destroyed || response.headersSent) return
    const body = answer.body ?? ''
    response.setHeader('content-length', Buffer.byteLength(body))
    for (const [name, value] of Object.entries(answer.headers ?? {})) response.setHeader(name, value)
    if (answer.status === 401) response.setHeader('www-authenticate', 'Bearer realm="clew"')
    // A body that was not read to its end must not be taken for the next request.
    if (!request.complete) {
      response.setHeader('connection', 'close')
      response.once('finish', () => discardThenClose(request))
    } else if (this.#closing) response.setHeader('connection', 'close')
    response.writeHead(answer.status)
    response.end(body)
  }
}

/** Reads a little more, so that the client gets to see the answer instead of a reset, then closes. */
function discardThenClose(request: http.IncomingMessage): void {
  let left = 1024 * 1024
  request.on('data', (chunk: Buffer) => {
    left -= chunk.length
    if (left <= 0) request.socket.destroy()
  })
  request.resume()
  const timer = setTimeout(() => request.socket.destroy(), 1000)
  timer.unref()
  request.socket.once('close', () => clearTimeout(timer))
}
