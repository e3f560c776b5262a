import type { Server } from 'node:net'
import { ClewError, errorMessage } from '@clew/base/errors'
import { refuseOpenBind, type Guard } from './access.ts'
import { listenOptions, parseEndpoint, type Endpoint } from './endpoint.ts'

/** Where a server ended up: the port is the real one when 0 was asked for. */
export interface BoundAddress {
  readonly endpoint: Endpoint
  /** `127.0.0.1:4317` or `unix:///path`. */
  readonly text: string
}

/** What keeps strangers away from a server. */
export interface Protection {
  readonly guard: Guard
  /** Only clients with a certificate get as far as asking. */
  readonly clientCertificates: boolean
}

/** Listens, or throws a ClewError that says who is in the way and what to do; OPEN_TO_ALL when nothing protects the port. */
export async function listen(server: Server, endpointText: string, protection: Protection): Promise<BoundAddress> {
  const endpoint = parseEndpoint(endpointText)
  refuseOpenBind(endpoint, endpointText, protection.guard, protection.clientCertificates)
  await new Promise<void>((resolve, reject) => {
    const onError = (error: NodeJS.ErrnoException): void => reject(listenError(error, endpointText))
    server.once('error', onError)
    server.listen(listenOptions(endpoint), () => {
      server.off('error', onError)
      resolve()
    })
  })
  const address = server.address()
  if (typeof address === 'string' || address === null) return { endpoint, text: endpointText }
  const host = address.family === 'IPv6' ? `[${address.address}]` : address.address
  return {
    endpoint: { kind: 'tcp', host: address.address, port: address.port },
    text: `${host}:${address.port}`,
  }
}

function listenError(error: NodeJS.ErrnoException, endpoint: string): ClewError {
  const reason: Readonly<Record<string, readonly [string, string]>> = {
    EADDRINUSE: [`${endpoint} is in use by another process`, 'stop that process or choose another port'],
    EACCES: [`no permission to listen at ${endpoint}`, 'choose a port above 1023 or give the process the right to'],
    EADDRNOTAVAIL: [`${endpoint} is no address of this machine`, 'listen at localhost or at 0.0.0.0'],
    ENOTFOUND: [`the host of ${endpoint} is unknown`, 'listen at localhost or at 0.0.0.0'],
  }
  const [message, fix] = reason[error.code ?? ''] ?? [`cannot listen at ${endpoint}: ${errorMessage(error)}`, undefined]
  return new ClewError('LISTEN', message, { fix, cause: error })
}
