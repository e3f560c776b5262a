import { type Clock, systemClock } from '@clew/base/clock'
import { ClewError, errorMessage } from '@clew/base/errors'
import { type Logger, silentLogger } from '@clew/base/logger'
import { createAdaptorServer } from '@hono/node-server'
import { createServer as createHttpsServer } from 'node:https'
import type { Server } from 'node:http'
import type { Server as TlsServer } from 'node:tls'
import { createApp } from './http/app.ts'
import { handleUpgrades } from './http/upgrades.ts'
import {
  NO_AUTH,
  type AuthPort,
  type ControlPort,
  type PipelinePort,
  type ServerTls,
  type StatusPort,
  type StorePort,
} from './ports.ts'
import type { QueryLimits } from './run/question.ts'

export interface QueryServerOptions {
  readonly store: StorePort
  readonly status: StatusPort
  readonly pipeline: PipelinePort
  readonly control: ControlPort
  /** Version of the product, for OpenAPI. */
  readonly version: string
  /** Folder of the built UI; without it only the APIs are served. */
  readonly webDir?: string
  readonly limits?: Partial<QueryLimits>
  /** Bytes of recently opened traces to keep; default 128 MiB. */
  readonly recentTraceBytes?: number
  /** Names, beside localhost and addresses, that this server may be called by; `*` allows all. */
  readonly allowedHosts?: readonly string[]
  /** Who may use it; everybody without. */
  readonly auth?: AuthPort
  /** Speaks TLS with it; plain HTTP without. */
  readonly tls?: ServerTls | undefined
  readonly clock?: Clock
  readonly logger?: Logger
}

export interface QueryServer {
  /** Answers a request without a socket. */
  fetch(request: Request): Promise<Response>
  /** Starts to listen; resolves with the port (useful when 0 was asked for). Throws ClewError PORT_IN_USE, CANNOT_LISTEN. */
  listen(port: number, host: string): Promise<number>
  /** Takes no more requests, lets running ones end for `graceMs`, then cuts them. */
  close(graceMs?: number): Promise<void>
}

const DEFAULT_GRACE_MS = 1_000

/** The own API, the Jaeger query API, health, metrics and the UI on one port. */
export function createQueryServer(options: QueryServerOptions): QueryServer {
  const logger = options.logger ?? silentLogger
  const { tls } = options
  const app = createApp({ ...options, secure: tls !== undefined, clock: options.clock ?? systemClock, logger })
  let stopFollowing: (() => void) | undefined
  let server: Server | undefined
  return {
    fetch: async (request) => await app.fetch(request),
    async listen(port, host) {
      const listening = createAdaptorServer({
        fetch: app.fetch,
        hostname: host,
        ...(tls === undefined ? {} : { createServer: createHttpsServer, serverOptions: tls.options }),
      }) as Server
      stopFollowing = tls?.follow(listening as Server & TlsServer)
      server = listening
      handleUpgrades(listening, {
        control: options.control,
        auth: options.auth ?? NO_AUTH,
        allowedHosts: options.allowedHosts ?? [],
      })
      return await new Promise<number>((resolve, reject) => {
        listening.once('error', (error) => reject(listenError(error, port, host)))
        listening.listen(port, host, () => {
          const address = listening.address()
          resolve(typeof address === 'object' && address !== null ? address.port : port)
        })
      })
    },
    async close(graceMs = DEFAULT_GRACE_MS) {
      stopFollowing?.()
      const closing = server
      server = undefined
      if (closing === undefined || !closing.listening) return
      await new Promise<void>((resolve) => {
        const cut = setTimeout(() => closing.closeAllConnections(), graceMs)
        closing.close(() => {
          clearTimeout(cut)
          resolve()
        })
        closing.closeIdleConnections()
      })
    },
  }
}

function listenError(error: Error, port: number, host: string): ClewError {
  const code = 'code' in error ? error.code : undefined
  if (code === 'EADDRINUSE') {
    return new ClewError('PORT_IN_USE', `port ${port} on ${host} is in use`, {
      fix: 'choose another one with --port, or stop the program that uses it',
      cause: error,
    })
  }
  return new ClewError('CANNOT_LISTEN', `cannot listen on ${host}:${port}: ${errorMessage(error)}`, { cause: error })
}
