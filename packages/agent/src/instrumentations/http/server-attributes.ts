import type { IncomingMessage } from 'node:http'
import { forwardedClient, requestedHost } from './forwarded.ts'
import { requestTarget } from './request-target.ts'

const KNOWN_METHODS = new Set('GET HEAD POST PUT DELETE CONNECT OPTIONS TRACE PATCH QUERY'.split(' '))

/** `http.request.method`: the method, or `_OTHER` for what the semantic conventions do not list. */
export function knownMethod(method: string): string {
  if (method === 'GET' || method === 'POST') return method
  return KNOWN_METHODS.has(method) ? method : '_OTHER'
}

/** What is read of an incoming request, whichever version of HTTP it has come by. */
export type RequestFacts = Pick<IncomingMessage, 'headers' | 'httpVersion' | 'method' | 'url'> & {
  readonly socket: Pick<IncomingMessage['socket'], 'remoteAddress' | 'remotePort'>
}

/** What a server span starts with, keys and values in turn. Semantic conventions for HTTP 1.27 and later, server. */
export function serverAttributes(request: RequestFacts, scheme: string): unknown[] {
  return [...peerAttributes(request, scheme), ...targetAttributes(request)]
}

/** The part of it that is about method, host and connection: the same for all requests of one kind on a connection. */
export function peerAttributes(request: RequestFacts, scheme: string): unknown[] {
  const { headers, socket } = request
  const method = request.method ?? 'GET'
  const known = knownMethod(method)
  const host = requestedHost(headers, scheme)
  const peer = socket.remoteAddress
  const client = forwardedClient(headers) ?? peer
  const flat: unknown[] = [
    'http.request.method',
    known,
    'url.scheme',
    scheme,
    'network.protocol.version',
    request.httpVersion,
  ]
  if (host !== undefined) {
    flat.push('server.address', host.host)
    if (host.port !== undefined) flat.push('server.port', Number(host.port))
  }
  if (peer !== undefined) {
    flat.push('network.peer.address', peer)
    if (socket.remotePort !== undefined) flat.push('network.peer.port', socket.remotePort)
  }
  if (client !== undefined) flat.push('client.address', client)
  if (headers['user-agent'] !== undefined) flat.push('user_agent.original', headers['user-agent'])
  if (known !== method) flat.push('http.request.method_original', method)
  return flat
}

/** The part about the URL. */
export function targetAttributes({ url, headers }: RequestFacts): unknown[] {
  const target = requestTarget(url ?? '/', headers.host)
  if (target === undefined) return []
  const { path, query } = target
  return query === '' ? ['url.path', path] : ['url.path', path, 'url.query', query]
}
