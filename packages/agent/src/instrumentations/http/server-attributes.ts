import type { Attributes } from '@opentelemetry/api'
import type { IncomingMessage } from 'node:http'
import { forwardedClient, requestedHost } from './forwarded.ts'
import { requestTarget } from './request-target.ts'

const KNOWN_METHODS = new Set('GET HEAD POST PUT DELETE CONNECT OPTIONS TRACE PATCH QUERY'.split(' '))

/** `http.request.method`: the method, or `_OTHER` for what the semantic conventions do not list. */
export function knownMethod(method: string): string {
  return KNOWN_METHODS.has(method) ? method : '_OTHER'
}

/** What a server span starts with. Semantic conventions for HTTP 1.27 and later, server. */
export function serverAttributes(request: IncomingMessage, scheme: string): Attributes {
  const { headers, socket } = request
  const method = request.method ?? 'GET'
  const known = knownMethod(method)
  const host = requestedHost(headers, scheme)
  const target = requestTarget(request.url ?? '/', headers.host)
  const peer = socket.remoteAddress
  const attributes: Attributes = {
    'http.request.method': known,
    'url.scheme': scheme,
    'network.protocol.version': request.httpVersion,
  }
  if (host !== undefined) {
    attributes['server.address'] = host.host
    if (host.port !== undefined) attributes['server.port'] = Number(host.port)
  }
  if (peer !== undefined) {
    attributes['network.peer.address'] = peer
    if (socket.remotePort !== undefined) attributes['network.peer.port'] = socket.remotePort
  }
  const client = forwardedClient(headers) ?? peer
  if (client !== undefined) attributes['client.address'] = client
  if (headers['user-agent'] !== undefined) attributes['user_agent.original'] = headers['user-agent']
  if (target !== undefined) {
    attributes['url.path'] = target.path
    if (target.query !== '') attributes['url.query'] = target.query
  }
  if (known !== method) attributes['http.request.method_original'] = method
  return attributes
}
