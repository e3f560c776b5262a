import { formatGoDuration } from '@clew/base/go-duration'
import type { Component, ComponentContext } from '../../core/component.ts'
import { ByteBudget } from '../../kit/byte-budget.ts'
import type { HttpResponse } from '../../kit/http-message.ts'
import { HttpServer } from '../../kit/http-server.ts'
import type { HealthCheckConfig } from './config.ts'

/** Answers 200 from the moment everything runs until shutdown begins, and 503 before and after. */
export class HealthCheck implements Component {
  readonly #config: HealthCheckConfig
  readonly #context: ComponentContext
  readonly #server: HttpServer
  #address = ''

  constructor(config: HealthCheckConfig, context: ComponentContext) {
    this.#config = config
    this.#context = context
    this.#server = new HttpServer({
      // Load balancers and orchestrators have no token, and the answer is no secret.
      guard: { access: context.access, needs: 'nothing' },
      routes: new Map([[config.path, { methods: ['GET', 'HEAD'], handle: () => Promise.resolve(this.#answer()) }]]),
      renderError: (error) => ({
        status: error.httpStatus,
        headers: { 'content-type': 'text/plain' },
        body: error.message,
      }),
      maxBodyBytes: 1024,
      inFlight: new ByteBudget(64 * 1024),
      maxConnections: 256,
      headersTimeoutMs: 10_000,
      requestTimeoutMs: 10_000,
      idleTimeoutMs: 60_000,
      tls: config.tls,
      logger: context.logger,
    })
  }

  async start(): Promise<void> {
    this.#address = (await this.#server.listen(this.#config.endpoint)).text
  }

  async shutdown(): Promise<void> {
    await this.#server.close(100)
  }

  addresses(): Readonly<Record<string, string>> {
    return this.#address === '' ? {} : { http: this.#address }
  }

  #answer(): HttpResponse {
    const { host, clock } = this.#context
    const fatal = host.statuses().find((one) => one.status === 'fatal-error')
    const healthy = host.ready() && fatal === undefined
    const status = healthy ? 200 : fatal === undefined ? 503 : 500
    const own = this.#config.response_body
    if (own !== undefined) {
      return { status, headers: { 'content-type': 'text/plain' }, body: healthy ? own.healthy : own.unhealthy }
    }
    const body = healthy
      ? {
          status: 'Server available',
          upSince: new Date(host.startedMillis).toISOString(),
          uptime: formatGoDuration(clock.unixMillis() - host.startedMillis),
        }
      : { status: 'Server not available', upSince: '0001-01-01T00:00:00Z', uptime: '' }
    return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
  }
}
