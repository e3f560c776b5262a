import { SpanStatusCode, trace, type Tracer } from '@opentelemetry/api'
import http, { type IncomingMessage, type ServerResponse } from 'node:http'
import https from 'node:https'
import type { Socket } from 'node:net'
import { performance } from 'node:perf_hooks'
import { activeContext, enter, leavesWithCallback, runIn } from '../../context/agent-context.ts'
import type { RecordDuration } from '../../metrics/duration-producer.ts'
import { workBegins, workEnded } from '../../overhead/own-time.ts'
import { requestBegins, requestEnds } from '../../context/lost-context.ts'
import { reportOnce } from '../../report-once.ts'
import { RecordingSpan } from '../../tracer/recording-span.ts'
import { HTTP_SCOPE, type ServedFacts } from './durations.ts'
import { incomingContext } from './incoming-context.ts'
import { RequestContext } from './request-context.ts'
import { knownMethod } from './server-attributes.ts'
import { ServerStart, setFlat } from './server-start.ts'

type Emit = (this: unknown, event: string | symbol, ...args: unknown[]) => boolean

const SERVED = Symbol('clew.served')

/** Requests and responses of a server carry what they belong to. */
interface Marked {
  [SERVED]?: RequestContext
}

/**
 * A span, and a duration for `record`, for every request that `node:http` and `node:https` servers
 * answer. It stands in the one place all of them come through, the servers' `emit`, so it does not matter how and when
 * a program has loaded the modules. What is emitted on requests and responses is heard in the context of the request.
 * Returns what takes it all back.
 */
export function instrumentHttpServers(record: RecordDuration<ServedFacts> | undefined): () => void {
  const instruments: Instruments = { tracer: trace.getTracer(HTTP_SCOPE), record }
  const undo = [
    replaceEmit(http.Server.prototype, (emit) => serverEmit(emit, 'http', instruments)),
    replaceEmit(https.Server.prototype, (emit) => serverEmit(emit, 'https', instruments)),
    replaceEmit(http.IncomingMessage.prototype, requestEmit),
    replaceEmit(http.ServerResponse.prototype, (emit) => responseEmit(emit, instruments)),
  ]
  return () => {
    for (const restore of undo) restore()
  }
}

interface Instruments {
  readonly tracer: Tracer
  readonly record: RecordDuration<ServedFacts> | undefined
}

function replaceEmit(prototype: object, wrap: (original: Emit) => Emit): () => void {
  const own = Object.getOwnPropertyDescriptor(prototype, 'emit')
  const original = (prototype as { emit: Emit }).emit
  Object.defineProperty(prototype, 'emit', { value: wrap(original), writable: true, configurable: true })
  return () => {
    if (own === undefined) delete (prototype as { emit?: Emit }).emit
    else Object.defineProperty(prototype, 'emit', own)
  }
}

function serverEmit(original: Emit, scheme: string, instruments: Instruments): Emit {
  return function emit(this: unknown, event, ...args) {
    // A program may emit a request again, on another server: it is the same request still.
    if (event !== 'request' || isServed(args[0])) return original.call(this, event, ...args)
    const served = begin(args[0] as IncomingMessage, args[1] as ServerResponse, scheme, instruments)
    if (served === undefined) return original.call(this, event, ...args)
    try {
      if (leavesWithCallback && isFromParser(args[0] as IncomingMessage)) {
        enter(served)
        return original.call(this, event, args[0], args[1])
      }
      return emitIn(served, original, this, event, ...args)
    } catch (error) {
      fail(served, args[0] as IncomingMessage, error, instruments)
      throw error
    }
  }
}

function requestEmit(original: Emit): Emit {
  return function emit(this: unknown, event, ...args) {
    const served = (this as Marked)[SERVED]
    if (served === undefined || activeContext() === served || !hasListeners(this, event)) {
      return original.call(this, event, ...args)
    }
    return emitIn(served, original, this, event, ...args)
  }
}

function responseEmit(original: Emit, instruments: Instruments): Emit {
  return function emit(this: unknown, event, ...args) {
    const served = (this as Marked)[SERVED]
    if (served === undefined) return original.call(this, event, ...args)
    if (event === 'close') finish(served, this as ServerResponse, instruments)
    else if (event === 'error') fail(served, (this as ServerResponse).req, args[0], instruments)
    if (activeContext() === served || !hasListeners(this, event)) {
      return original.call(this, event, ...args)
    }
    return emitIn(served, original, this, event, ...args)
  }
}

/** In a function of its own: the list of arguments of the others then need not be made. */
function emitIn(
  served: RequestContext,
  original: Emit,
  emitter: unknown,
  event: string | symbol,
  ...args: unknown[]
): boolean {
  return runIn(served, original, emitter, [event, ...args])
}

/**
 * Whether Node's parser is the one that has just emitted the request, rather than a program that goes on afterwards: what
 * comes next on the same stack is then nobody's. With `Expect` programs emit requests themselves.
 */
function isFromParser(request: IncomingMessage): boolean {
  const { parser } = request.socket as Socket & { readonly parser?: { readonly incoming?: unknown } | null }
  return parser?.incoming === request && request.headers.expect === undefined
}

function isServed(request: unknown): boolean {
  return typeof request === 'object' && request !== null && (request as Marked)[SERVED] !== undefined
}

function hasListeners(emitter: unknown, event: string | symbol): boolean {
  return (emitter as IncomingMessage).listenerCount(event) > 0
}

function begin(
  request: IncomingMessage,
  response: ServerResponse,
  scheme: string,
  { tracer }: Instruments,
): RequestContext | undefined {
  const beganMs = workBegins()
  try {
    const incoming = incomingContext(request.headers)
    const start = new ServerStart(request, scheme)
    const span = tracer.startSpan(request.method ?? 'GET', start, incoming)
    let startMs: number
    if (span instanceof RecordingSpan) {
      start.fill(span)
      startMs = span.home.clock.monotonicMs
    } else {
      startMs = performance.now()
      if (span.isRecording()) setFlat(span, start.flat)
    }
    requestBegins()
    const served = new RequestContext(incoming, span, scheme, startMs)
    ;(request as Marked)[SERVED] = served
    ;(response as Marked)[SERVED] = served
    return served
  } catch (error) {
    reportOnce(`a request could not be traced: ${String(error)}`)
    return undefined
  } finally {
    workEnded(beganMs)
  }
}

function finish(served: RequestContext, response: ServerResponse, instruments: Instruments): void {
  if (served.over) return
  const beganMs = workBegins()
  try {
    const { statusCode } = response
    const { span, route } = served
    if (span.isRecording()) {
      if (span instanceof RecordingSpan && typeof statusCode === 'number')
        span.put('http.response.status_code', statusCode)
      else span.setAttribute('http.response.status_code', statusCode)
      if (route !== undefined) {
        span.setAttribute('http.route', route)
        if (route !== '') span.updateName(`${response.req.method ?? 'GET'} ${route}`)
      }
      if (statusCode < 100 || statusCode >= 500) span.setStatus({ code: SpanStatusCode.ERROR })
    }
    const errorType = statusCode >= 500 && statusCode < 600 ? String(statusCode) : undefined
    end(served, response.req, instruments, statusCode, errorType)
  } catch (error) {
    reportOnce(`a request could not be traced to its end: ${String(error)}`)
  } finally {
    workEnded(beganMs)
  }
}

function fail(served: RequestContext, request: IncomingMessage, thrown: unknown, instruments: Instruments): void {
  if (served.over) return
  try {
    const { span } = served
    const error = thrown instanceof Error ? thrown : new Error(String(thrown))
    if (span.isRecording()) {
      span.setAttribute('error.type', error.name)
      span.setStatus({ code: SpanStatusCode.ERROR, message: error.message })
      span.recordException(error)
    }
    end(served, request, instruments, undefined, error.name)
  } catch (error) {
    reportOnce(`a failed request could not be traced to its end: ${String(error)}`)
  }
}

function end(
  served: RequestContext,
  request: IncomingMessage,
  { record }: Instruments,
  statusCode: number | undefined,
  errorType: string | undefined,
): void {
  served.over = true
  requestEnds()
  const { scheme, startMs, span } = served
  // A span of ours reads the clock when it ends; once is enough. One that the program has ended before does not.
  const readsClock = span instanceof RecordingSpan && !span.ended
  span.end()
  if (record === undefined) return
  const endMs = readsClock ? span.home.clock.monotonicMs : performance.now()
  const facts = {
    method: knownMethod(request.method ?? 'GET'),
    scheme,
    version: request.httpVersion,
    route: served.route,
    statusCode,
    errorType,
  }
  record((endMs - startMs) / 1000, facts, span)
}
