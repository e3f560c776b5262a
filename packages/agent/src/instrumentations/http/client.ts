import diagnosticsChannel from 'node:diagnostics_channel'
import http, { type ClientRequest, type IncomingMessage } from 'node:http'
import https from 'node:https'
import { syncBuiltinESMExports } from 'node:module'
import type { Socket } from 'node:net'
import { reportOnce } from '../../report-once.ts'
import { takeConnectionTimes, watchConnection } from './connection-times.ts'
import { Outgoing, type OutgoingParts, type Target } from './outgoing.ts'

type Emit = (this: unknown, event: string | symbol, ...args: unknown[]) => boolean
type Send = (this: unknown, ...args: unknown[]) => ClientRequest

const SENT = Symbol('clew.sent')

/** What Node's requests have and their types do not say. */
interface Sent extends ClientRequest {
  [SENT]?: Outgoing
  /** The header as text, when it was made while the request was; not yet sent as long as `_headerSent` is false. */
  _header?: string | null
  _headerSent?: boolean
  readonly socketPath?: string
}

/**
 * A span and a duration for every request of `node:http` and `node:https` clients, and the context in its headers. Told of
 * new requests by Node's own channel where there is one (since 22.12), else by wrapping what makes them. What happens to a
 * request afterwards is seen where it is emitted, without a listener or a closure.
 */
export function instrumentHttpClient(parts: OutgoingParts): void {
  onEveryRequest((request) => {
    try {
      begin(request as Sent, parts)
    } catch (error) {
      reportOnce(`an outgoing request could not be traced: ${String(error)}`)
    }
  })
  const prototype = http.ClientRequest.prototype as object as { emit: Emit }
  const original = prototype.emit
  Object.defineProperty(prototype, 'emit', { value: requestEmit(original), writable: true, configurable: true })
}

function onEveryRequest(begun: (request: ClientRequest) => void): void {
  if (hasCreatedChannel(process.versions.node)) {
    diagnosticsChannel.subscribe('http.client.request.created', (message) => {
      begun((message as { request: ClientRequest }).request)
    })
    return
  }
  for (const module of [http, https] as { request: Send; get: Send }[]) {
    const { request } = module
    const wrapped: Send = function (...args) {
      const made = Reflect.apply(request, this, args) as ClientRequest
      begun(made)
      return made
    }
    module.request = wrapped
    module.get = function (...args) {
      const made = wrapped.apply(this, args)
      made.end()
      return made
    }
  }
  syncBuiltinESMExports()
}

/** Whether Node publishes `http.client.request.created`. */
export function hasCreatedChannel(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  return major > 22 || (major === 22 && minor >= 12)
}

function begin(request: Sent, parts: OutgoingParts): void {
  if (request[SENT] !== undefined) return
  const outgoing = Outgoing.begin(parts, () => targetOf(request))
  if (outgoing === undefined) return
  request[SENT] = outgoing
  outgoing.inject(request, HEADERS)
}

const HEADERS = {
  set(request: Sent, name: string, value: string): void {
    if (!request.headersSent) request.setHeader(name, value)
    else if (request._headerSent === false && typeof request._header === 'string') {
      // Headers given as a list are made into text at once; it leaves with the first byte of the body.
      request._header = `${request._header.slice(0, -2)}${name}: ${value}\r\n\r\n`
    }
  },
}

function targetOf(request: Sent): Target {
  const { method, path, host, protocol } = request
  const scheme = protocol === 'https:' ? 'https' : 'http'
  const userAgent = headerOf(request, 'user-agent')
  const common = { method, scheme, path, userAgent }
  if (request.socketPath !== undefined) return { ...common, address: request.socketPath, port: undefined }
  return { ...common, address: host, port: portOf(request, scheme) }
}

/** A request knows its port by the header only; one that names another host says nothing about it. */
function portOf(request: Sent, scheme: string): number | undefined {
  const named = headerOf(request, 'host')
  if (named === undefined) return undefined
  const { host } = request
  const bracketed = host.includes(':') && !host.startsWith('[') ? `[${host}]` : host
  if (named === bracketed) return scheme === 'https' ? 443 : 80
  if (!named.startsWith(`${bracketed}:`)) return undefined
  const port = Number(named.slice(bracketed.length + 1))
  return Number.isInteger(port) ? port : undefined
}

function headerOf(request: Sent, name: string): string | undefined {
  const value = request.getHeader(name)
  return typeof value === 'string' ? value : undefined
}

function requestEmit(original: Emit): Emit {
  return function emit(this: unknown, event, ...args) {
    const outgoing = (this as Sent)[SENT]
    if (outgoing !== undefined) follow(outgoing, this as Sent, event, args)
    return original.call(this, event, ...args)
  }
}

function follow(outgoing: Outgoing, request: Sent, event: string | symbol, args: readonly unknown[]): void {
  try {
    if (event === 'response' || event === 'upgrade' || event === 'connect') {
      const { statusCode, httpVersion, socket } = args[0] as IncomingMessage
      outgoing.waitedFor(takeConnectionTimes(socket))
      outgoing.connected(socket.remoteAddress, socket.remotePort, httpVersion)
      outgoing.answered(statusCode ?? 0)
    } else if (event === 'socket') {
      const socket = args[0] as Socket
      if (socket.connecting) watchConnection(socket)
    } else if (event === 'error') {
      outgoing.waitedFor(takeConnectionTimes(request.socket))
      outgoing.failed(args[0] as Error)
    } else if (event === 'close') {
      const { res } = request as { res?: IncomingMessage | null }
      if (res && !res.complete && res.errored) outgoing.failed(res.errored)
      outgoing.end()
    }
  } catch (error) {
    reportOnce(`an outgoing request could not be traced to its end: ${String(error)}`)
  }
}
