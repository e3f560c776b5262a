import { isIP } from 'node:net'
import { ClewError } from '@clew/base/errors'

/** A place to listen at or to connect to. */
export type Endpoint =
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  | { readonly kind: 'unix'; readonly path: string }

/** Reads `host:port`, `[::1]:port`, `:port` (all interfaces, as Go does) or `unix:///path`. Throws ClewError. */
export function parseEndpoint(text: string): Endpoint {
  if (text.startsWith('unix:')) {
    const path = text.replace(/^unix:(\/\/)?/, '')
    if (path === '') throw bad(text)
    return { kind: 'unix', path }
  }
  const match = /^(?:\[([0-9a-fA-F:.%\w]+)\]|([^:[\]/\s]*)):(\d{1,5})$/.exec(text)
  const port = Number(match?.[3])
  if (match === null || port > 65_535) throw bad(text)
  const host = match[1] ?? match[2] ?? ''
  return { kind: 'tcp', host, port }
}

function bad(text: string): ClewError {
  return new ClewError('ENDPOINT', `"${text}" is not an endpoint`, {
    fix: 'write host:port, for example localhost:4317, or unix:///path/to/socket',
  })
}

/**
 * Arguments for `server.listen`. `localhost` is bound as 127.0.0.1: what it resolves to differs from machine to machine,
 * and a client that tries ::1 first falls back.
 */
export function listenOptions(endpoint: Endpoint): { host?: string; port?: number; path?: string } {
  if (endpoint.kind === 'unix') return { path: endpoint.path }
  if (endpoint.host === '') return { port: endpoint.port }
  return { host: endpoint.host === 'localhost' ? '127.0.0.1' : endpoint.host, port: endpoint.port }
}

/** True when only this machine can reach it. */
export function isLoopback(endpoint: Endpoint): boolean {
  return endpoint.kind === 'unix' || isLoopbackHost(endpoint.host)
}

/** True for `localhost` and addresses that never leave this machine; a name that only looks like one is none. */
export function isLoopbackHost(host: string): boolean {
  const bare = host.replace(/^\[(.*)\]$/, '$1')
  return bare === 'localhost' || bare === '::1' || (isIP(bare) === 4 && bare.startsWith('127.'))
}
