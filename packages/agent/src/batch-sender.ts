import type { Resource } from '@opentelemetry/resources'
import type { OtlpTransport } from './otlp-transport.ts'
import { reportOnce } from './report-once.ts'

/** Limits in items; the delay is how long a finished item waits at most before it is serialized and sent. */
export interface BatchSenderOptions<Item> {
  readonly transport: OtlpTransport
  readonly serialize: (items: Item[]) => Uint8Array | undefined
  readonly resourceOf: (item: Item) => Resource
  readonly maxQueueItems: number
  readonly maxBatchItems: number
  readonly delayMs: number
}

/**
 * Collects finished items and hands them to the transport in batches. Unlike the SDK's batch processors it can do
 * that without a turn of the event loop, which is all a process that exits has left.
 */
export class BatchSender<Item> {
  readonly #options: BatchSenderOptions<Item>
  #items: Item[] = []
  #timer: NodeJS.Timeout | undefined
  #dropped = 0

  constructor(options: BatchSenderOptions<Item>) {
    this.#options = options
  }

  /** Items that came while the queue was full. */
  get droppedItems(): number {
    return this.#dropped
  }

  add(item: Item): void {
    if (this.#items.length >= this.#options.maxQueueItems) {
      this.#dropped++
      reportOnce(`more than ${this.#options.maxQueueItems} items wait to be sent: telemetry is dropped`)
      return
    }
    this.#items.push(item)
    if (this.#items.length >= this.#options.maxBatchItems) this.#schedule(0)
    else if (this.#timer === undefined) this.#schedule(this.#options.delayMs)
  }

  /** Serializes everything collected so far into the transport. Never throws. */
  flush(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    while (this.#items.length > 0) {
      const batch = this.#items.splice(0, this.#options.maxBatchItems)
      try {
        const body = this.#options.serialize(batch)
        if (body !== undefined) this.#options.transport.enqueue(body, batch.length)
      } catch (error) {
        this.#dropped += batch.length
        reportOnce(`${batch.length} items could not be serialized: ${String(error)}`)
      }
    }
  }

  /** As `flush`, then waits until the transport is empty. */
  async drain(): Promise<void> {
    await this.#resourceReady()
    this.flush()
    await this.#options.transport.drained()
  }

  #schedule(delayMs: number): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      void this.#resourceReady().then(() => this.flush())
    }, delayMs).unref()
  }

  /** Some detectors answer later than the first span ends; the first batch waits for them. */
  async #resourceReady(): Promise<void> {
    const first = this.#items[0]
    if (first === undefined) return
    const resource = this.#options.resourceOf(first)
    if (resource.asyncAttributesPending === true) await resource.waitForAsyncAttributes?.()
  }
}
