import type { Batch } from '@clew/otlp/batch'
import type { ConsumeError } from '@clew/otlp/consumer'
import { type ConsumeContext, type Consumer, type Rejection } from '@clew/otlp/consumer'
import type { RequestFormat } from '@clew/otlp/decode-request'
import { RequestDecoder } from '@clew/otlp/request-decoder'
import type { Signal } from '@clew/otlp/signal'
import { DecodeError } from '@clew/otlp/wire/decode-error'
import type { ComponentContext, ReceiverOutputs } from '../../core/component.ts'
import { UNIT_NAME } from '../../core/counts.ts'
import { asConsumeError } from '../../core/edge.ts'
import { SIGNALS } from '@clew/otlp/signal'
import type { Counter } from '../../core/self-metrics.ts'
import { GrpcCode } from '../../kit/grpc-code.ts'
import { RpcError } from '../../kit/rpc-error.ts'

export type Transport = 'grpc' | 'http'

interface SignalCounters {
  readonly accepted: Counter
  readonly refused: Counter
  readonly failed: Counter
}

/** A sender that is told to come back without a time of its own waits this long. */
const DEFAULT_RETRY_MS = 1000

/**
 * The part of the OTLP receiver that both protocols share: asks for admission, decodes, hands on, and turns whatever
 * happens into an answer and a count.
 */
export class Intake {
  readonly #context: ComponentContext
  readonly #outputs: ReceiverOutputs
  readonly #counters: Readonly<Record<Transport, Readonly<Record<Signal, SignalCounters>>>>
  readonly #requests: Readonly<Record<Transport, Counter>>
  readonly #decoder = new RequestDecoder()

  constructor(context: ComponentContext, outputs: ReceiverOutputs) {
    this.#context = context
    this.#outputs = outputs
    this.#counters = { grpc: this.#countersOf('grpc'), http: this.#countersOf('http') }
    const requests = (transport: Transport): Counter =>
      context.metrics.counter('otelcol_receiver_requests', 'Requests taken', { receiver: context.id, transport })
    this.#requests = { grpc: requests('grpc'), http: requests('http') }
  }

  /** True when a pipeline takes `signal`. */
  takes(signal: Signal): boolean {
    return this.#outputs.consumers[signal] !== undefined
  }

  /** Why a request of `signal` is not taken at the moment; costs nothing, asked before the body is read. */
  admit(signal: Signal): RpcError | undefined {
    if (!this.takes(signal)) {
      return new RpcError(GrpcCode.unimplemented, `no pipeline of receiver "${this.#context.id}" takes ${signal}`)
    }
    const refusal = this.#outputs.admission(signal)
    if (refusal === undefined) return undefined
    return new RpcError(GrpcCode.unavailable, refusal.message, { retryAfterMs: refusal.retryAfterMs })
  }

  /** Counts a request that failed before it was decoded. */
  refusedUnread(signal: Signal, transport: Transport, error: RpcError): void {
    this.#requests[transport].add(1)
    this.#context.record.refusedUnread(signal, reasonOf(error))
  }

  /** Decodes and hands on. The body must not be used afterwards. Returns what was rejected; throws RpcError. */
  async take(
    signal: Signal,
    transport: Transport,
    format: RequestFormat,
    body: Uint8Array,
    context: ConsumeContext,
  ): Promise<Rejection | undefined> {
    this.#requests[transport].add(1)
    const consumer = this.#consumer(signal)
    const counters = this.#counters[transport][signal]
    let batch: Batch
    try {
      const decoded = this.#decoder.decode(signal, format, body)
      batch = decoded instanceof Promise ? await decoded : decoded
    } catch (error) {
      const failure = decodeFailure(error)
      this.#context.record.refusedUnread(signal, reasonOf(failure))
      throw failure
    }
    const points = batch.pointCount
    if (batch.itemCount === 0) return undefined
    this.#context.record.received(signal, points)
    try {
      const { rejected } = await consumer.consume(batch, context)
      counters.accepted.add(points - (rejected?.count ?? 0))
      return rejected
    } catch (error) {
      const failure = asConsumeError(error)
      ;(failure.retryable ? counters.refused : counters.failed).add(points)
      throw consumeFailure(failure)
    }
  }

  /** Call it when nothing comes in any more. */
  close(): Promise<void> {
    return this.#decoder.close()
  }

  #consumer(signal: Signal): Consumer {
    const consumer = this.#outputs.consumers[signal]
    if (consumer === undefined) throw new RpcError(GrpcCode.unimplemented, `no pipeline takes ${signal}`)
    return consumer
  }

  #countersOf(transport: Transport): Readonly<Record<Signal, SignalCounters>> {
    const { metrics, id } = this.#context
    const counter = (outcome: string, signal: Signal, what: string): Counter =>
      metrics.counter(`otelcol_receiver_${outcome}_${UNIT_NAME[signal]}`, `Number of ${UNIT_NAME[signal]} ${what}`, {
        receiver: id,
        transport,
      })
    const all: Partial<Record<Signal, SignalCounters>> = {}
    for (const signal of SIGNALS) {
      all[signal] = {
        accepted: counter('accepted', signal, 'taken into the pipeline'),
        refused: counter('refused', signal, 'handed back to the sender to try again'),
        failed: counter('failed', signal, 'that no pipeline will ever take'),
      }
    }
    return all as Record<Signal, SignalCounters>
  }
}

function decodeFailure(error: unknown): RpcError {
  if (error instanceof RpcError) return error
  if (!(error instanceof DecodeError)) throw error
  const field = error.path === '' ? undefined : error.path
  return new RpcError(GrpcCode.invalidArgument, error.message, { field })
}

/** Back-pressure is UNAVAILABLE with RetryInfo (503 with Retry-After); what will never be taken is not retryable. */
function consumeFailure(error: ConsumeError): RpcError {
  if (error.retryable) {
    const retryAfterMs = error.retryAfterMs ?? DEFAULT_RETRY_MS
    return new RpcError(GrpcCode.unavailable, error.message, { retryAfterMs, cause: error })
  }
  return new RpcError(GrpcCode.internal, error.message, { cause: error })
}

/** A short fixed word for the books. */
function reasonOf(error: RpcError): string {
  return REASONS.get(error.code) ?? 'failed'
}

const REASONS: ReadonlyMap<GrpcCode, string> = new Map([
  [GrpcCode.invalidArgument, 'malformed'],
  [GrpcCode.resourceExhausted, 'too_large'],
  [GrpcCode.unavailable, 'busy'],
  [GrpcCode.deadlineExceeded, 'deadline'],
  [GrpcCode.cancelled, 'cancelled'],
  [GrpcCode.unimplemented, 'no_pipeline'],
  [GrpcCode.unauthenticated, 'unauthenticated'],
  [GrpcCode.permissionDenied, 'not_allowed'],
])
