import type { Clock } from '@clew/base/clock'
import type { Batch } from '@clew/otlp/batch'
import { ACCEPTED, type ConsumeResult } from '@clew/otlp/consumer'
import type { QueueState } from '../core/component.ts'
import type { QueueConfig } from './queue-config.ts'
import { copyOf, queueFull, stopping } from './queue-error.ts'
import { requestsOf, sizeOf, type SendRequest } from './send-request.ts'

export interface SendQueueOptions {
  readonly config: QueueConfig
  readonly clock: Clock
  /** Sends one request for good: retries are inside. What it throws goes to senders that wait for the result. */
  readonly send: (request: SendRequest) => Promise<ConsumeResult>
  /** A batch that was answered for and is given up because the time to shut down is over. */
  readonly onAbandoned: (batch: Batch) => void
}

interface Entry {
  readonly batch: Batch
  readonly size: number
  readonly atMs: number
  readonly settle: { resolve(result: ConsumeResult): void; reject(error: unknown): void } | undefined
}

/**
 * The queue in front of an exporter: bounded in requests, items or bytes, and in bytes in any case; gathers small
 * requests into bigger ones; keeps up to `num_consumers` requests under way. What is under way still counts as queued.
 */
export class SendQueue {
  readonly #options: SendQueueOptions
  readonly #waiting: Entry[] = []
  readonly #blocked: (() => void)[] = []
  #waitingBatchSize = 0
  #size = 0
  #bytes = 0
  #points = 0
  #requests = 0
  #sending = 0
  #cancelFlush: (() => void) | undefined
  #flushDue = false
  #draining = false
  #closed = false
  #onEmpty: (() => void) | undefined

  constructor(options: SendQueueOptions) {
    this.#options = options
  }

  /** Spans, log records and data points that were taken and are not sent. */
  get queuedPoints(): number {
    return this.#points
  }

  state(): QueueState {
    const { sizer, queue_size, max_bytes } = this.#options.config
    return {
      items: this.#points,
      bytes: this.#bytes,
      requests: this.#requests,
      capacityItems: sizer === 'items' ? queue_size : undefined,
      capacityBytes: sizer === 'bytes' ? Math.min(queue_size, max_bytes) : max_bytes,
      capacityRequests: sizer === 'requests' ? queue_size : undefined,
    }
  }

  /**
   * Takes a batch. Resolves when it is queued, or when it was sent with `wait_for_result`. A full queue throws a
   * retryable ConsumeError, or lets the caller wait with `block_on_overflow`.
   */
  async offer(batch: Batch, abort: AbortSignal | undefined): Promise<ConsumeResult> {
    const size = sizeOf(batch, this.#options.config.sizer)
    while (!this.#fits(size, batch.byteLength)) {
      if (this.#draining) throw stopping()
      if (!this.#options.config.block_on_overflow) {
        throw queueFull()
      }
      await this.#room(abort)
    }
    if (this.#draining) throw stopping()
    this.#size += size
    this.#bytes += batch.byteLength
    this.#points += batch.pointCount
    this.#requests += 1
    const atMs = this.#options.clock.monotonicMillis()
    if (!this.#options.config.wait_for_result) {
      this.#push({ batch, size, atMs, settle: undefined })
      return ACCEPTED
    }
    return new Promise<ConsumeResult>((resolve, reject) => {
      this.#push({ batch, size, atMs, settle: { resolve, reject } })
    })
  }

  /**
   * Takes nothing more and sends what there is. After `deadlineMs` it gives up what waits and calls `beforeGivingUp`,
   * which must make what is under way end. Resolves when nothing is left.
   */
  async drain(deadlineMs: number, beforeGivingUp: () => void): Promise<void> {
    this.#draining = true
    this.#cancelFlush?.()
    for (const wake of this.#blocked.splice(0)) wake()
    this.#pump()
    if (this.#requests === 0) return
    await new Promise<void>((resolve) => {
      const timer = setTimeout(() => {
        this.#closed = true
        this.#abandon()
        beforeGivingUp()
        if (this.#requests === 0) resolve()
      }, deadlineMs)
      this.#onEmpty = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }

  #fits(size: number, bytes: number): boolean {
    const { queue_size, max_bytes } = this.#options.config
    // A batch bigger than the whole queue is taken when the queue is empty: refusing it for ever helps nobody.
    if (this.#requests === 0) return true
    return this.#size + size <= queue_size && this.#bytes + bytes <= max_bytes
  }

  #room(abort: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const wake = (): void => {
        abort?.removeEventListener('abort', gone)
        resolve()
      }
      const gone = (): void => {
        const at = this.#blocked.indexOf(wake)
        if (at >= 0) this.#blocked.splice(at, 1)
        reject(queueFull())
      }
      if (abort?.aborted === true) gone()
      else {
        abort?.addEventListener('abort', gone, { once: true })
        this.#blocked.push(wake)
      }
    })
  }

  #push(entry: Entry): void {
    this.#waiting.push(entry)
    const { batch } = this.#options.config
    if (batch !== undefined) this.#waitingBatchSize += sizeOf(entry.batch, batch.sizer)
    this.#pump()
  }

  #pump(): void {
    const { num_consumers } = this.#options.config
    while (!this.#closed && this.#sending < num_consumers && this.#waiting.length > 0 && this.#isDue()) {
      const entries = this.#take()
      this.#sending += 1
      void this.#run(entries)
    }
    this.#scheduleFlush()
  }

  #isDue(): boolean {
    const { batch } = this.#options.config
    return batch === undefined || this.#draining || this.#flushDue || this.#waitingBatchSize >= batch.min_size
  }

  /** The entries of the next request: the oldest, and with batching as many more as fit. */
  #take(): Entry[] {
    const { batch } = this.#options.config
    const first = this.#waiting.shift()
    if (first === undefined) return []
    if (batch === undefined) return [first]
    const entries = [first]
    let size = sizeOf(first.batch, batch.sizer)
    const target = Math.max(batch.min_size, 1)
    for (;;) {
      const next = this.#waiting[0]
      if (next === undefined || size >= target) break
      const nextSize = sizeOf(next.batch, batch.sizer)
      if (batch.max_size > 0 && size + nextSize > batch.max_size) break
      this.#waiting.shift()
      entries.push(next)
      size += nextSize
    }
    this.#waitingBatchSize -= size
    if (this.#waiting.length === 0 || !this.#isOld(this.#waiting[0])) this.#flushDue = false
    return entries
  }

  #isOld(entry: Entry | undefined): boolean {
    const timeoutMs = this.#options.config.batch?.flush_timeout ?? 0
    return entry !== undefined && this.#options.clock.monotonicMillis() - entry.atMs >= timeoutMs
  }

  #scheduleFlush(): void {
    const { batch } = this.#options.config
    const oldest = this.#waiting[0]
    if (batch === undefined || oldest === undefined || this.#cancelFlush !== undefined || this.#flushDue) return
    const waitedMs = this.#options.clock.monotonicMillis() - oldest.atMs
    this.#cancelFlush = this.#options.clock.after(Math.max(0, batch.flush_timeout - waitedMs), () => {
      this.#cancelFlush = undefined
      this.#flushDue = true
      this.#pump()
    })
  }

  async #run(entries: readonly Entry[]): Promise<void> {
    const outcomes: ConsumeResult[] = []
    let failure: unknown
    for (const request of requestsOf(
      entries.map((entry) => entry.batch),
      this.#options.config.batch,
    )) {
      try {
        outcomes.push(await this.#options.send(request))
      } catch (error) {
        failure = error
      }
    }
    this.#sending -= 1
    for (const entry of entries) this.#forget(entry)
    const rejected = outcomes.find((one) => one.rejected !== undefined)
    for (const [i, { settle }] of entries.entries()) {
      // An error of its own for each sender: each refusal is booked by itself.
      if (failure !== undefined) settle?.reject(i === 0 ? failure : copyOf(failure))
      // The rejection of a gathered request is told to one of its senders, so that it is told once.
      else settle?.resolve(i === 0 && rejected !== undefined ? rejected : ACCEPTED)
    }
    for (const wake of this.#blocked.splice(0)) wake()
    this.#pump()
    if (this.#requests === 0) this.#onEmpty?.()
  }

  #forget(entry: Entry): void {
    this.#size -= entry.size
    this.#bytes -= entry.batch.byteLength
    this.#points -= entry.batch.pointCount
    this.#requests -= 1
  }

  #abandon(): void {
    for (const entry of this.#waiting.splice(0)) {
      this.#forget(entry)
      this.#options.onAbandoned(entry.batch)
      entry.settle?.reject(stopping())
    }
    this.#waitingBatchSize = 0
  }
}
