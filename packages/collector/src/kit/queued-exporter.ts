import { setMaxListeners } from 'node:events'
import type { Batch } from '@clew/otlp/batch'
import { ACCEPTED, ConsumeError, type ConsumeContext, type ConsumeResult } from '@clew/otlp/consumer'
import type { Signal } from '@clew/otlp/signal'
import type { ComponentContext, Exporter, QueueState } from '../core/component.ts'
import { zeroCounts, type SignalCounts } from '../core/counts.ts'
import type { Histogram } from '../core/self-metrics.ts'
import { withBatchHint, type QueueConfig } from './queue-config.ts'
import { GaveUp, withRetry, type RetryConfig } from './retry.ts'
import { RpcError } from './rpc-error.ts'
import { SendQueue } from './send-queue.ts'
import type { SendRequest } from './send-request.ts'

export interface QueuedExporterOptions {
  readonly queue: QueueConfig
  readonly retry: RetryConfig
  readonly context: ComponentContext
  readonly signals: readonly Signal[]
  /** One attempt. Returns how much of it the server will never take; throws RpcError. */
  readonly send: (
    signal: Signal,
    request: SendRequest,
    abort: AbortSignal,
  ) => Promise<{ rejected: number; reason: string }>
  /** Closes connections. */
  readonly close: () => Promise<void> | void
}

/** Time between a warning about a server that fails and the next one. */
const STATUS_EVERY_MS = 1000
const SIZE_BOUNDS = [
  10, 25, 50, 75, 100, 250, 500, 750, 1000, 2000, 3000, 4000, 5000, 6000, 7000, 8000, 9000, 10_000, 20_000,
]
const BYTE_BOUNDS = [1000, 10_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 2_000_000, 4_000_000, 8_000_000]

/** Everything an exporter that sends to another system needs around its one `send`: a queue for each signal, retries, books. */
export class QueuedExporter implements Exporter {
  readonly #options: QueuedExporterOptions
  readonly #queues = new Map<Signal, SendQueue>()
  /** Ends waiting between attempts. */
  readonly #stop = new AbortController()
  /** Ends attempts under way. */
  readonly #cut = new AbortController()
  #lastReportMs = -STATUS_EVERY_MS
  #inFlight = 0
  #sizes: Histogram | undefined
  #byteSizes: Histogram | undefined
  #stopObserving: () => void = () => undefined
  #shutdown: Promise<void> | undefined

  constructor(options: QueuedExporterOptions) {
    this.#options = options
    const { context } = options
    const config = withBatchHint(options.queue, context.batchHint)
    // Each request under way listens to them.
    setMaxListeners(0, this.#stop.signal, this.#cut.signal)
    this.#observe()
    for (const signal of options.signals) {
      const queue = new SendQueue({
        config,
        clock: context.clock,
        send: (request) => this.#send(signal, request),
        onAbandoned: (batch) => this.#abandon(batch),
      })
      this.#queues.set(signal, queue)
    }
  }

  start(): Promise<void> {
    return Promise.resolve()
  }

  async consume(batch: Batch, context: ConsumeContext): Promise<ConsumeResult> {
    if (this.#shutdown !== undefined) {
      throw new ConsumeError('shutting_down', 'the exporter is shutting down', { retryable: true })
    }
    const queue = this.#queues.get(batch.signal)
    if (queue === undefined) throw new ConsumeError('wrong_signal', `no ${batch.signal} here`, { retryable: false })
    if (batch.itemCount === 0) return ACCEPTED
    if (!this.#options.queue.enabled) {
      return this.#send(batch.signal, { batches: [batch], points: batch.pointCount, bytes: batch.byteLength })
    }
    return queue.offer(batch, context.abort)
  }

  queue(): QueueState {
    const states = [...this.#queues.values()].map((queue) => queue.state())
    const sum = (pick: (state: QueueState) => number | undefined): number | undefined => {
      const known = states.map(pick).filter((value) => value !== undefined)
      return known.length === 0 ? undefined : known.reduce((a, b) => a + b, 0)
    }
    return {
      items: sum((state) => state.items) ?? 0,
      bytes: sum((state) => state.bytes) ?? 0,
      requests: sum((state) => state.requests) ?? 0,
      capacityItems: sum((state) => state.capacityItems),
      capacityBytes: sum((state) => state.capacityBytes),
      capacityRequests: sum((state) => state.capacityRequests),
    }
  }

  queued(): SignalCounts {
    const counts = zeroCounts()
    for (const [signal, queue] of this.#queues) counts[signal] = queue.queuedPoints
    return counts
  }

  shutdown(deadlineMs: number): Promise<void> {
    this.#shutdown ??= this.#drain(deadlineMs)
    return this.#shutdown
  }

  async #drain(deadlineMs: number): Promise<void> {
    // Retries go on while there is time; only their waits between attempts end early, at half of it.
    const stopWaiting = setTimeout(() => this.#stop.abort(), deadlineMs / 2)
    await Promise.all([...this.#queues.values()].map((queue) => queue.drain(deadlineMs, () => this.#cut.abort())))
    clearTimeout(stopWaiting)
    this.#stop.abort()
    this.#cut.abort()
    this.#stopObserving()
    await this.#options.close()
  }

  #observe(): void {
    const { metrics, id } = this.#options.context
    const labels = { exporter: id }
    const size = 'otelcol_exporter_queue_batch_send_size'
    this.#sizes = metrics.histogram(size, 'Items in a request that was sent', SIZE_BOUNDS, labels)
    this.#byteSizes = metrics.histogram(`${size}_bytes`, 'Bytes in a request that was sent', BYTE_BOUNDS, labels)
    const inFlight = 'otelcol_exporter_in_flight_requests'
    metrics.describe(inFlight, 'gauge', 'Requests under way, waits between attempts included')
    this.#stopObserving = metrics.onScrape(() => [{ name: inFlight, labels, value: this.#inFlight }])
  }

  async #send(signal: Signal, request: SendRequest): Promise<ConsumeResult> {
    const { context, retry, send } = this.#options
    const { record } = context
    this.#inFlight += 1
    this.#sizes?.record(request.points)
    this.#byteSizes?.record(request.bytes)
    try {
      const hooks = {
        clock: context.clock,
        stop: this.#stop.signal,
        onRetry: (error: Error) => this.#report(error.message),
      }
      const { rejected, reason } = await withRetry(retry, hooks, () => send(signal, request, this.#cut.signal))
      record.forwarded(signal, request.points - rejected)
      const [first] = request.batches
      if (rejected > 0 && first !== undefined) {
        record.dropped(first, rejected, `rejected by the server: ${reason}`, '', [])
      }
      context.reportStatus('ok')
      // Booked here already, so it is no rejection for the edges above.
      return ACCEPTED
    } catch (error) {
      const gaveUp = error instanceof GaveUp ? error : new GaveUp('permanent', error as Error)
      this.#report(gaveUp.message)
      throw this.#giveUp(request, gaveUp)
    } finally {
      this.#inFlight -= 1
    }
  }

  /**
   * Queued data that cannot be sent ends here, with a reason. When the sender still waits for the answer it is handed
   * back instead, and the edge in front books it as refused.
   */
  #giveUp(request: SendRequest, gaveUp: GaveUp): ConsumeError {
    const { queue, context } = this.#options
    const retryable = gaveUp.reason !== 'permanent'
    const retryAfterMs = gaveUp.last instanceof RpcError ? gaveUp.last.retryAfterMs : undefined
    const failure = new ConsumeError('send_failed', gaveUp.message, { retryable, retryAfterMs, cause: gaveUp.last })
    if (queue.enabled && !queue.wait_for_result) {
      for (const batch of request.batches)
        context.record.dropped(batch, batch.pointCount, `send failed: ${gaveUp.reason}`)
    }
    return failure
  }

  #abandon(batch: Batch): void {
    if (!this.#options.queue.wait_for_result) {
      this.#options.context.record.dropped(batch, batch.pointCount, 'send failed: shutdown')
    }
  }

  #report(message: string): void {
    const { context } = this.#options
    const now = context.clock.monotonicMillis()
    if (now - this.#lastReportMs < STATUS_EVERY_MS) return
    this.#lastReportMs = now
    context.reportStatus('recoverable-error', message)
  }
}
