import type { Clock } from '@clew/base/clock'
import type { Batch } from '@clew/otlp/batch'
import { ConsumeError, type ConsumeContext, type Consumer, type ConsumeResult } from '@clew/otlp/consumer'
import type { Signal } from '@clew/otlp/signal'
import type { ComponentRecord } from './component-record.ts'
import type { TapSubscription } from './tap.ts'

/** What an outcome was counted at already, so that the edges above do not count it again. */
export class CountedOutcomes {
  readonly #seen = new WeakSet<object>()

  /** True the first time. */
  first(outcome: object): boolean {
    if (this.#seen.has(outcome)) return false
    this.#seen.add(outcome)
    return true
  }

  /** Marks an outcome made of others that were counted. */
  mark(outcome: object): void {
    this.#seen.add(outcome)
  }
}

export interface EdgeOptions {
  readonly source: string
  readonly target: string
  readonly pipeline: string
  readonly signal: Signal
  readonly next: Consumer
  /** The record of the target: refusals and rejections that start there are booked on it. */
  readonly record: ComponentRecord
  readonly counted: CountedOutcomes
  readonly clock: Clock
}

/** A hop between two nodes: counts what passes, shows it to whoever looks, and books what the target turned away. */
export class Edge implements Consumer {
  readonly source: string
  readonly target: string
  readonly pipeline: string
  readonly signal: Signal
  items = 0
  bytes = 0
  /** Points inside calls that have not returned. */
  pendingPoints = 0
  failedItems = 0
  readonly #options: EdgeOptions
  #taps: readonly TapSubscription[] | undefined

  constructor(options: EdgeOptions) {
    this.source = options.source
    this.target = options.target
    this.pipeline = options.pipeline
    this.signal = options.signal
    this.#options = options
  }

  async consume(batch: Batch, context: ConsumeContext): Promise<ConsumeResult> {
    const points = batch.pointCount
    this.items += points
    this.bytes += batch.byteLength
    if (this.#taps !== undefined) this.#show(batch)
    this.pendingPoints += points
    try {
      const result = await this.#options.next.consume(batch, context)
      const { rejected } = result
      if (rejected !== undefined && this.#options.counted.first(result)) {
        this.#options.record.dropped(batch, rejected.count, `rejected: ${rejected.reason}`, '', [])
      }
      return result
    } catch (error) {
      const failure = asConsumeError(error)
      this.failedItems += points
      if (this.#options.counted.first(failure)) this.#options.record.refused(batch, failure.code)
      throw failure
    } finally {
      this.pendingPoints -= points
    }
  }

  addTap(tap: TapSubscription): void {
    this.#taps = [...(this.#taps ?? []), tap]
  }

  removeTap(tap: TapSubscription): void {
    const left = (this.#taps ?? []).filter((one) => one !== tap)
    this.#taps = left.length === 0 ? undefined : left
  }

  #show(batch: Batch): void {
    const { source, target, pipeline, signal } = this
    const event = { source, target, pipeline, signal, timeNanos: this.#options.clock.unixNanos(), batch }
    for (const tap of this.#taps ?? []) tap.offer(event)
  }
}

/** What a consumer threw. An error that is not a ConsumeError is a fault of ours: the sender may try again. */
export function asConsumeError(error: unknown): ConsumeError {
  if (error instanceof ConsumeError) return error
  const message = error instanceof Error ? error.message : String(error)
  return new ConsumeError('internal', message, { retryable: true, cause: error })
}
