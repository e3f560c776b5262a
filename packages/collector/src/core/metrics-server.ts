import type { Logger } from '@clew/base/logger'
import type { AccessPolicy } from '../kit/access.ts'
import { ByteBudget } from '../kit/byte-budget.ts'
import { HttpServer } from '../kit/http-server.ts'
import type { TlsServerConfig } from '../kit/tls.ts'

interface MetricsServerOptions {
  readonly text: () => string
  readonly access: AccessPolicy
  readonly tls: TlsServerConfig | undefined
  readonly logger: Logger
}

/** A server that has nothing but `/metrics`. */
export function metricsServer({ text, access, tls, logger }: MetricsServerOptions): HttpServer {
  const headers = { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' }
  return new HttpServer({
    guard: { access, needs: 'read' },
    routes: new Map([
      ['/metrics', { methods: ['GET', 'HEAD'], handle: () => Promise.resolve({ status: 200, headers, body: text() }) }],
    ]),
    renderError: (error) => ({
      status: error.httpStatus,
      headers: { 'content-type': 'text/plain' },
      body: error.message,
    }),
    maxBodyBytes: 1024,
    inFlight: new ByteBudget(64 * 1024),
    maxConnections: 64,
    headersTimeoutMs: 10_000,
    requestTimeoutMs: 10_000,
    idleTimeoutMs: 60_000,
    tls,
    logger,
  })
}
