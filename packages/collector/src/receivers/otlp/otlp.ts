import type { ComponentContext, Receiver, ReceiverOutputs } from '../../core/component.ts'
import { ByteBudget } from '../../kit/byte-budget.ts'
import { isLoopback, parseEndpoint } from '../../kit/endpoint.ts'
import type { GrpcServer } from '../../kit/grpc-server.ts'
import type { HttpServer } from '../../kit/http-server.ts'
import type { OtlpReceiverConfig } from './config.ts'
import { otlpGrpcServer } from './grpc.ts'
import { otlpHttpServer } from './http.ts'
import { Intake } from './intake.ts'

/** Listens for OTLP and hands batches to the pipelines. */
export class OtlpReceiver implements Receiver {
  readonly #config: OtlpReceiverConfig
  readonly #context: ComponentContext
  readonly #grpc: GrpcServer | undefined
  readonly #http: HttpServer | undefined
  readonly #intake: Intake
  readonly #addresses: Record<string, string> = {}

  constructor(config: OtlpReceiverConfig, context: ComponentContext, outputs: ReceiverOutputs) {
    this.#config = config
    this.#context = context
    const intake = new Intake(context, outputs)
    this.#intake = intake
    const inFlight = new ByteBudget(config.max_in_flight_bytes)
    const { grpc, http } = config.protocols
    if (grpc !== undefined) this.#grpc = otlpGrpcServer(grpc, intake, context, inFlight)
    if (http !== undefined) this.#http = otlpHttpServer(http, intake, context, inFlight)
  }

  async start(): Promise<void> {
    const { grpc, http } = this.#config.protocols
    if (this.#grpc !== undefined && grpc !== undefined) {
      const { text } = await this.#grpc.listen(address(grpc))
      this.#listening('grpc', text, grpc.tls !== undefined)
    }
    if (this.#http !== undefined && http !== undefined) {
      const { text } = await this.#http.listen(address(http))
      this.#listening('http', text, http.tls !== undefined)
    }
  }

  async shutdown(deadlineMs: number): Promise<void> {
    await Promise.all([this.#grpc?.close(deadlineMs), this.#http?.close(deadlineMs)])
    await this.#intake.close()
  }

  addresses(): Readonly<Record<string, string>> {
    return { ...this.#addresses }
  }

  #listening(protocol: string, text: string, tls: boolean): void {
    this.#addresses[protocol] = text
    this.#context.logger.info('listening for OTLP', { protocol, address: text, tls })
    if (!tls && !isLoopback(parseEndpoint(text))) {
      this.#context.logger.warn('open to other machines without TLS', { protocol, address: text })
    }
  }
}

function address(config: { readonly endpoint: string; readonly transport: 'tcp' | 'unix' }): string {
  return config.transport === 'unix' && !config.endpoint.startsWith('unix:')
    ? `unix://${config.endpoint}`
    : config.endpoint
}
