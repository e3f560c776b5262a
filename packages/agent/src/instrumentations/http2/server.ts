import {
  propagation,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  type Attributes,
  type AttributeValue,
  type Context,
  type Tracer,
} from '@opentelemetry/api'
import http from 'node:http'
import https from 'node:https'
import type http2 from 'node:http2'
import type { IncomingHttpHeaders, ServerHttp2Stream } from 'node:http2'
import { activeContext, runIn } from '../../context/agent-context.ts'
import { requestBegins, requestEnds } from '../../context/lost-context.ts'
import type { RecordDuration } from '../../metrics/duration-producer.ts'
import { workBegins, workEnded } from '../../overhead/own-time.ts'
import { reportOnce } from '../../report-once.ts'
import type { RuledOptions } from '../../tracer/sampler.ts'
import type { ServedFacts } from '../http/durations.ts'
import { RequestContext } from '../http/request-context.ts'
import { knownMethod, serverAttributes } from '../http/server-attributes.ts'
import { oncePerPrototype, replaceMethod } from './replace-method.ts'

/** What servers are instrumented with. */
export interface Http2ServerParts {
  readonly tracer: Tracer
  readonly record: RecordDuration<ServedFacts> | undefined
  /** Whether requests of gRPC are somebody else's. */
  readonly ownsGrpc: () => boolean
}

/** A request that is being answered. */
interface Served {
  readonly context: RequestContext
  readonly method: string
  readonly scheme: string
  readonly startMs: number
  errorType: string | undefined
  over: boolean
}

const SERVED = Symbol('clew.served')

interface Marked {
  [SERVED]?: Served
}

/**
 * A span and a duration for every request that comes by HTTP/2, from the moment a session has its stream: whether the
 * program listens for streams or for requests. What is emitted on a stream is heard in the context of its request.
 */
export function instrumentHttp2Servers(module: typeof http2, parts: Http2ServerParts): void {
  const onStream = oncePerPrototype((prototype) => replaceMethod(prototype, 'emit', (emit) => streamEmit(emit, parts)))
  const onSession = oncePerPrototype((prototype) =>
    replaceMethod(prototype, 'emit', (emit) => sessionEmit(emit, parts, onStream)),
  )
  const onServer = oncePerPrototype((prototype) =>
    replaceMethod(prototype, 'emit', (emit) => serverEmit(emit, onSession)),
  )
  for (const name of ['createServer', 'createSecureServer']) {
    replaceMethod(module, name, (create) => (...args) => {
      const server = create.apply(module, args)
      onServer(server as object)
      return server
    })
  }
}

type Emit = (this: unknown, ...args: unknown[]) => unknown

function serverEmit(original: Emit, onSession: (session: object) => void): Emit {
  const { emit: httpsEmit } = https.Server.prototype as object as { emit: Emit }
  return function emit(event, ...args) {
    if (event === 'session') onSession(args[0] as object)
    // With allowHTTP1: what an https server would emit.
    const isHttp1 = event === 'request' && args[0] instanceof http.IncomingMessage
    return Reflect.apply(isHttp1 ? httpsEmit : original, this, [event, ...args])
  }
}

function sessionEmit(original: Emit, parts: Http2ServerParts, onStream: (stream: object) => void): Emit {
  return function emit(event, ...args) {
    if (event !== 'stream') return Reflect.apply(original, this, [event, ...args])
    const stream = args[0] as ServerHttp2Stream
    const served = begin(stream, args[1] as IncomingHttpHeaders, parts)
    if (served === undefined) return Reflect.apply(original, this, [event, ...args])
    onStream(stream)
    try {
      return runIn(served.context, original, this, [event, ...args])
    } catch (error) {
      noteFailure(served, error)
      finish(served, stream, parts)
      throw error
    }
  }
}

function streamEmit(original: Emit, parts: Http2ServerParts): Emit {
  return function emit(event, ...args) {
    const served = (this as Marked)[SERVED]
    if (served === undefined) return Reflect.apply(original, this, [event, ...args])
    const stream = this as ServerHttp2Stream
    if (event === 'error') noteFailure(served, args[0])
    else if (event === 'close') finish(served, stream, parts)
    if (stream.listenerCount(event as string) === 0 || activeContext() === served.context) {
      return Reflect.apply(original, this, [event, ...args])
    }
    return runIn(served.context, original, this, [event, ...args])
  }
}

function begin(stream: ServerHttp2Stream, headers: IncomingHttpHeaders, parts: Http2ServerParts): Served | undefined {
  const beganMs = workBegins()
  try {
    if (String(headers['content-type']).startsWith('application/grpc') && parts.ownsGrpc()) return undefined
    const incoming = propagation.extract(ROOT_CONTEXT, headers)
    const method = String(headers[':method'] ?? 'GET')
    const scheme = String(headers[':scheme'] ?? 'https')
    const start = new StreamStart(stream, headers, scheme)
    const span = parts.tracer.startSpan(method, start, incoming as Context)
    if (span.isRecording()) span.setAttributes(start.ruleAttributes)
    requestBegins()
    const context = new RequestContext(incoming, span)
    const served = { context, method, scheme, startMs: performance.now(), errorType: undefined, over: false }
    ;(stream as Marked)[SERVED] = served
    return served
  } catch (error) {
    reportOnce(`an HTTP/2 request could not be traced: ${String(error)}`)
    return undefined
  } finally {
    workEnded(beganMs)
  }
}

/** What a span starts with; the attributes are not made for one that is not kept unless a sampling rule asks. */
class StreamStart implements RuledOptions {
  readonly kind = SpanKind.SERVER
  readonly #stream: ServerHttp2Stream
  readonly #headers: IncomingHttpHeaders
  readonly #scheme: string

  constructor(stream: ServerHttp2Stream, headers: IncomingHttpHeaders, scheme: string) {
    this.#stream = stream
    this.#headers = headers
    this.#scheme = scheme
  }

  get ruleAttributes(): Attributes {
    const headers = { ...this.#headers, host: this.#headers[':authority'] ?? this.#headers.host }
    const { remoteAddress, remotePort } = this.#stream.session?.socket ?? {}
    const socket = { remoteAddress, remotePort }
    const method = String(headers[':method'] ?? 'GET')
    const url = String(headers[':path'] ?? '/')
    const flat = serverAttributes({ headers, socket, method, url, httpVersion: '2' }, this.#scheme)
    const attributes: Attributes = {}
    for (let i = 0; i < flat.length; i += 2) attributes[flat[i] as string] = flat[i + 1] as AttributeValue
    return attributes
  }
}

function noteFailure(served: Served, thrown: unknown): void {
  if (served.over) return
  const error = thrown instanceof Error ? thrown : new Error(String(thrown))
  served.errorType = error.name
  const { span } = served.context.rpc
  if (!span.isRecording()) return
  span.setAttribute('error.type', error.name)
  span.setStatus({ code: SpanStatusCode.ERROR, message: error.message })
  span.recordException(error)
}

function finish(served: Served, stream: ServerHttp2Stream, { record }: Http2ServerParts): void {
  if (served.over) return
  served.over = true
  const beganMs = workBegins()
  try {
    requestEnds()
    const { context, method, scheme, startMs } = served
    const { span, route } = context.rpc
    const status = Number(stream.sentHeaders?.[':status'])
    const statusCode = Number.isInteger(status) ? status : undefined
    if (statusCode !== undefined && statusCode >= 500) served.errorType ??= String(statusCode)
    if (span.isRecording()) {
      if (statusCode !== undefined) span.setAttribute('http.response.status_code', statusCode)
      if (route !== undefined) span.setAttribute('http.route', route)
      if (route) span.updateName(`${method} ${route}`)
      if (statusCode !== undefined && statusCode >= 500) span.setStatus({ code: SpanStatusCode.ERROR })
    }
    span.end()
    const facts = { method: knownMethod(method), scheme, version: '2', route, statusCode, errorType: served.errorType }
    record?.((performance.now() - startMs) / 1000, facts, span)
  } catch (error) {
    reportOnce(`an HTTP/2 request could not be traced to its end: ${String(error)}`)
  } finally {
    workEnded(beganMs)
  }
}
