import { ClewError, errorMessage } from '@clew/base/errors'

interface ListenFailure {
  readonly port: number
  readonly address: string
}

/** What asked for an address, so that the answer can name the flag to change. */
export type ListenPurpose = 'settings' | 'configuration'

/** Flags by the default use of a port. */
export interface PortFlags {
  readonly port: number
  readonly otlpGrpcPort: number
  readonly otlpHttpPort: number
}

/**
 * Turns "address in use" and "not allowed" into errors that name the port and what to change; gives everything else back
 * as it is.
 */
export function explainListenError(error: unknown, purpose: ListenPurpose, ports?: PortFlags): unknown {
  const cause = listenCause(error)
  if (cause === undefined) return error
  const { port, address } = cause.failure
  const flag = ports === undefined ? undefined : flagFor(port, ports)
  const change =
    purpose === 'configuration' || flag === undefined
      ? 'change `endpoint` in the configuration'
      : `take another one with ${flag} <port>`
  if (cause.code === 'EADDRINUSE') {
    return new ClewError('PORT_IN_USE', `port ${port} on ${address} is in use by another program`, {
      fix: change,
      cause: error,
    })
  }
  if (cause.code === 'EACCES') {
    return new ClewError('PORT_NOT_ALLOWED', `not allowed to listen on port ${port}`, {
      fix: `${change} (ports below 1024 need rights)`,
      cause: error,
    })
  }
  return new ClewError('BAD_ADDRESS', `cannot listen on ${address}:${port}: ${errorMessage(error)}`, {
    fix: change,
    cause: error,
  })
}

function flagFor(port: number, ports: PortFlags): string | undefined {
  if (port === ports.port) return '--port'
  if (port === ports.otlpGrpcPort) return '--otlp-grpc-port'
  if (port === ports.otlpHttpPort) return '--otlp-http-port'
  return undefined
}

function listenCause(error: unknown): { code: string; failure: ListenFailure } | undefined {
  for (let each = error; each instanceof Error; each = each.cause) {
    const { code, port, address } = each as Error & { code?: string; port?: number; address?: string }
    if (code !== undefined && /^E(ADDRINUSE|ACCES|ADDRNOTAVAIL)$/.test(code) && port !== undefined)
      return { code, failure: { port, address: address ?? 'this machine' } }
  }
  return undefined
}
