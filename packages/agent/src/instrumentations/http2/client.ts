import type http2 from 'node:http2'
import type { ClientHttp2Session, ClientHttp2Stream, IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http2'
import type { Context } from '@opentelemetry/api'
import { activeContext, runIn } from '../../context/agent-context.ts'
import { reportOnce } from '../../report-once.ts'
import { expectConnection, takeConnectionTimes } from '../http/connection-times.ts'
import { Outgoing, type OutgoingParts, type Target } from '../http/outgoing.ts'
import { oncePerPrototype, replaceMethod } from './replace-method.ts'

/** What clients are instrumented with. */
export interface Http2ClientParts extends OutgoingParts {
  /** Whether requests of gRPC are somebody else's. */
  readonly ownsGrpc: () => boolean
}

type Emit = (this: unknown, ...args: unknown[]) => unknown
type Headers = OutgoingHttpHeaders | readonly string[] | undefined

/** A request from its beginning, and where it was made: what is emitted on its stream is heard there. */
interface Sent {
  readonly outgoing: Outgoing
  readonly context: Context
}

const SENT = Symbol('clew.sent')

interface Marked {
  [SENT]?: Sent
}

/** Where sessions are connected to. */
const authorities = new WeakMap<object, URL>()

/** A span and a duration for every request of an HTTP/2 session, and the context in its headers. */
export function instrumentHttp2Client(module: typeof http2, parts: Http2ClientParts): void {
  const onStream = oncePerPrototype((prototype) => replaceMethod(prototype, 'emit', streamEmit))
  const onSession = oncePerPrototype((prototype) =>
    replaceMethod(prototype, 'request', (request) => sessionRequest(request, parts, onStream)),
  )
  replaceMethod(module, 'connect', (connect) => (authority, ...rest) => {
    expectConnection()
    const session = connect.apply(module, [authority, ...rest]) as ClientHttp2Session
    const url = String(authority)
    if (URL.canParse(url)) authorities.set(session, new URL(url))
    onSession(session)
    return session
  })
}

function sessionRequest(original: Emit, parts: Http2ClientParts, onStream: (stream: object) => void): Emit {
  return function request(this: unknown, ...args) {
    const headers = args[0] as Headers
    const sent = begin(this as ClientHttp2Session, headers, parts)
    if (sent === undefined) return Reflect.apply(original, this, args)
    const { outgoing } = sent
    try {
      const stream = Reflect.apply(original, this, [withContext(headers, outgoing), ...args.slice(1)]) as object
      ;(stream as Marked)[SENT] = sent
      onStream(stream)
      return stream
    } catch (error) {
      outgoing.failed(error as Error)
      outgoing.end()
      throw error
    }
  }
}

function begin(session: ClientHttp2Session, headers: Headers, parts: Http2ClientParts): Sent | undefined {
  try {
    if (isSeenToElsewhere(session, headers, parts)) return undefined
    const outgoing = Outgoing.begin(parts, () => targetOf(session, headers))
    return outgoing === undefined ? undefined : { outgoing, context: activeContext() }
  } catch (error) {
    reportOnce(`an outgoing HTTP/2 request could not be traced: ${String(error)}`)
    return undefined
  }
}

/** gRPC has a span for its call; what undici sends by a session of its own has one, too. */
function isSeenToElsewhere(session: ClientHttp2Session, headers: Headers, parts: Http2ClientParts): boolean {
  if (headerOf(headers, 'content-type')?.startsWith('application/grpc') && parts.ownsGrpc()) {
    return headerOf(headers, 'user-agent')?.includes('grpc-node-js') === true
  }
  if (headerOf(headers, 'traceparent') === undefined) return false
  return Object.getOwnPropertySymbols(session).some((symbol) => symbol.description === 'open streams')
}

function withContext(headers: Headers, outgoing: Outgoing): Headers {
  if (Array.isArray(headers)) {
    const list = [...(headers as string[])]
    outgoing.inject(list, { set: (carrier, name, value) => void carrier.push(name, value) })
    return list
  }
  const named: OutgoingHttpHeaders = { ...(headers as OutgoingHttpHeaders | undefined) }
  outgoing.inject(named, { set: (carrier, name, value) => void (carrier[name] = value) })
  return named
}

function targetOf(session: ClientHttp2Session, headers: Headers): Target | undefined {
  const method = headerOf(headers, ':method') ?? 'GET'
  if (method === 'CONNECT') return undefined
  const connected = authorities.get(session)
  const scheme = headerOf(headers, ':scheme') ?? connected?.protocol.slice(0, -1) ?? 'https'
  const asked = `${scheme}://${headerOf(headers, ':authority') ?? connected?.host ?? 'localhost'}`
  const url = URL.canParse(asked) ? new URL(asked) : connected
  if (url === undefined) return undefined
  const port = url.port === '' ? (scheme === 'https' ? 443 : 80) : Number(url.port)
  const path = headerOf(headers, ':path') ?? '/'
  return { method, scheme, address: url.hostname, port, path, userAgent: headerOf(headers, 'user-agent') }
}

function headerOf(headers: Headers, name: string): string | undefined {
  let value: unknown
  if (Array.isArray(headers)) {
    const at = (headers as string[]).findIndex((text, index) => index % 2 === 0 && text.toLowerCase() === name)
    value = at < 0 ? undefined : (headers as string[])[at + 1]
  } else {
    const named = (headers ?? {}) as OutgoingHttpHeaders
    value = named[name] ?? Object.entries(named).find(([key]) => key.toLowerCase() === name)?.[1]
  }
  if (Array.isArray(value)) return value.join(', ')
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined
}

function streamEmit(original: Emit): Emit {
  return function emit(event, ...args) {
    const sent = (this as Marked)[SENT]
    if (sent === undefined) return Reflect.apply(original, this, [event, ...args])
    const stream = this as ClientHttp2Stream
    follow(sent.outgoing, stream, event, args)
    if (stream.listenerCount(event as string) === 0 || activeContext() === sent.context) {
      return Reflect.apply(original, this, [event, ...args])
    }
    return runIn(sent.context, original, this, [event, ...args])
  }
}

function follow(outgoing: Outgoing, stream: ClientHttp2Stream, event: unknown, args: readonly unknown[]): void {
  try {
    if (event === 'response') {
      const socket = stream.session?.socket
      outgoing.waitedFor(takeConnectionTimes(stream.session?.socket))
      outgoing.connected(socket?.remoteAddress, socket?.remotePort, '2')
      outgoing.answered(Number((args[0] as IncomingHttpHeaders)[':status']))
    } else if (event === 'error') outgoing.failed(args[0] as Error)
    else if (event === 'close') outgoing.end()
  } catch (error) {
    reportOnce(`an outgoing HTTP/2 request could not be traced to its end: ${String(error)}`)
  }
}
