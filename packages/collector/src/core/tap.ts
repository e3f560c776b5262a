import type { Clock } from '@clew/base/clock'
import type { Batch } from '@clew/otlp/batch'
import type { Signal } from '@clew/otlp/signal'

/** A batch seen on its way from one node to another. */
export interface TapEvent {
  readonly source: string
  readonly target: string
  readonly pipeline: string
  readonly signal: Signal
  readonly timeNanos: bigint
  /** Read-only like every batch, and valid for as long as it is held. */
  readonly batch: Batch
}

export interface TapOptions {
  /** Node whose output is looked at; absent or empty means what receivers hand out. */
  readonly node?: string | undefined
  readonly signal?: Signal | undefined
  /** Batches a second at most; the rest is counted as skipped. */
  readonly maxPerSecond: number
  /** Bytes of batches waiting to be taken at most. */
  readonly maxBytes?: number | undefined
}

const DEFAULT_MAX_BYTES = 8 * 1024 * 1024

/** A look at what flows. Bounded: a slow looker misses batches and is told how many items; the pipeline never waits. */
export class TapSubscription {
  readonly options: TapOptions
  readonly #clock: Clock
  readonly #onClose: () => void
  readonly #waiting: TapEvent[] = []
  #bytes = 0
  #skippedItems = 0
  #tokens: number
  #refilledMs: number
  #wake: (() => void) | undefined
  #closed = false

  constructor(options: TapOptions, clock: Clock, onClose: () => void) {
    this.options = options
    this.#clock = clock
    this.#onClose = onClose
    this.#tokens = options.maxPerSecond
    this.#refilledMs = clock.monotonicMillis()
  }

  /** Called by the edge. Never throws and never waits. */
  offer(event: TapEvent): void {
    if (this.#closed || (this.options.signal !== undefined && this.options.signal !== event.signal)) return
    const now = this.#clock.monotonicMillis()
    const { maxPerSecond, maxBytes = DEFAULT_MAX_BYTES } = this.options
    this.#tokens = Math.min(maxPerSecond, this.#tokens + ((now - this.#refilledMs) / 1000) * maxPerSecond)
    this.#refilledMs = now
    if (this.#tokens < 1 || this.#bytes + event.batch.byteLength > maxBytes) {
      this.#skippedItems += event.batch.pointCount
      return
    }
    this.#tokens -= 1
    this.#bytes += event.batch.byteLength
    this.#waiting.push(event)
    this.#wake?.()
  }

  /** What was seen since the last call, without waiting, and how many items were not shown. */
  take(): { events: TapEvent[]; skippedItems: number } {
    const events = this.#waiting.splice(0)
    const skippedItems = this.#skippedItems
    this.#bytes = 0
    this.#skippedItems = 0
    return { events, skippedItems }
  }

  /** Resolves when there is something to take or the subscription is closed. One waiter at a time. */
  wait(): Promise<void> {
    if (this.#waiting.length > 0 || this.#closed) return Promise.resolve()
    return new Promise((resolve) => {
      this.#wake = () => {
        this.#wake = undefined
        resolve()
      }
    })
  }

  get closed(): boolean {
    return this.#closed
  }

  /** Ends the look; waiting ones are woken. */
  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#onClose()
    this.#wake?.()
  }
}
