import diagnosticsChannel from 'node:diagnostics_channel'
import type { Socket } from 'node:net'
import { reportOnce } from '../../report-once.ts'
import { expectConnection, takeConnectionTimes, type ConnectionTimes } from './connection-times.ts'
import { Outgoing, type OutgoingParts, type Target } from './outgoing.ts'

/** The request of undici's channels; `addHeader` came and went, `headers` was one text in version 5. */
interface UndiciRequest {
  readonly origin: string | URL
  readonly path: string
  readonly method: string
  headers: string | unknown[]
  addHeader?: (name: string, value: string) => void
}

interface Message {
  readonly request: UndiciRequest
  /** What makes the connections of a client, one after the other. */
  readonly connector?: object
  readonly socket?: Socket & { readonly alpnProtocol?: string | false }
  readonly response?: { readonly statusCode: number }
  readonly error?: Error
}

/**
 * A span and a duration for every request of `fetch` and of undici, Node's own or the package, by the channels it
 * publishes to, and the context in its headers. Redirects are requests of their own.
 */
export function instrumentUndici(parts: OutgoingParts): void {
  const running = new WeakMap<UndiciRequest, Outgoing>()
  on('undici:request:create', ({ request }) => {
    if (request.method === 'CONNECT') return
    const outgoing = Outgoing.begin(parts, () => targetOf(request))
    if (outgoing === undefined) return
    running.set(request, outgoing)
    outgoing.inject(request, HEADERS)
  })
  const connecting = new WeakMap<object, ConnectionTimes>()
  const failedIn = new WeakMap<Error, ConnectionTimes>()
  on('undici:client:beforeConnect', ({ connector }) => {
    expectConnection((times) => {
      if (connector !== undefined) connecting.set(connector, times)
    })
  })
  on('undici:client:connectError', ({ connector, error }) => {
    const times = connector === undefined ? undefined : connecting.get(connector)
    if (times !== undefined && error !== undefined) failedIn.set(error, times)
  })
  on('undici:client:sendHeaders', ({ request, socket }) => {
    const version = socket?.alpnProtocol === 'h2' ? '2' : '1.1'
    const outgoing = running.get(request)
    outgoing?.waitedFor(takeConnectionTimes(socket))
    outgoing?.connected(socket?.remoteAddress, socket?.remotePort, version)
  })
  on('undici:request:headers', ({ request, response }) => {
    if (response !== undefined) running.get(request)?.answered(response.statusCode)
  })
  on('undici:request:trailers', ({ request }) => running.get(request)?.end())
  on('undici:request:error', ({ request, error }) => {
    const outgoing = running.get(request)
    if (error !== undefined) {
      outgoing?.waitedFor(failedIn.get(error))
      outgoing?.failed(error)
    }
    outgoing?.end()
  })
}

function on(channel: string, handle: (message: Message) => void): void {
  diagnosticsChannel.subscribe(channel, (message) => {
    try {
      handle(message as Message)
    } catch (error) {
      reportOnce(`an outgoing request could not be traced: ${String(error)}`)
    }
  })
}

const HEADERS = {
  set(request: UndiciRequest, name: string, value: string): void {
    if (typeof request.addHeader === 'function') request.addHeader(name, value)
    else if (typeof request.headers === 'string') request.headers += `${name}: ${value}\r\n`
    else request.headers.push(name, value)
  },
}

function targetOf(request: UndiciRequest): Target | undefined {
  const origin = String(request.origin)
  const url = URL.canParse(origin) ? new URL(origin) : undefined
  if (url === undefined) return undefined
  const scheme = url.protocol.slice(0, -1)
  const port = url.port === '' ? (scheme === 'https' ? 443 : 80) : Number(url.port)
  const { method, path } = request
  return { method, scheme, path, address: url.hostname, port, userAgent: userAgentOf(request.headers) }
}

/** The last one named, as servers see it. */
function userAgentOf(headers: string | readonly unknown[]): string | undefined {
  if (typeof headers === 'string') return /(?:^|\r\n)user-agent:\s*([^\r\n]*)/i.exec(headers)?.[1]
  let found: string | undefined
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i]
    if (typeof name !== 'string' || name.length !== 10 || name.toLowerCase() !== 'user-agent') continue
    const value = headers[i + 1]
    const last: unknown = Array.isArray(value) ? value.at(-1) : value
    if (typeof last === 'string') found = last
  }
  return found
}
