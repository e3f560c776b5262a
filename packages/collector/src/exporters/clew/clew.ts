import type { Batch } from '@clew/otlp/batch'
import { ACCEPTED, type ConsumeContext, type Consumer, type ConsumeResult } from '@clew/otlp/consumer'
import type { ComponentContext, Exporter } from '../../core/component.ts'

/**
 * Hands batches to the store and waits until they are on disk. It has no queue of its own: the store groups and bounds
 * what it takes, and its refusal goes back to the sender.
 */
export class ClewExporter implements Exporter {
  readonly #store: Consumer
  readonly #context: ComponentContext
  #failing = false

  constructor(store: Consumer, context: ComponentContext) {
    this.#store = store
    this.#context = context
  }

  start(): Promise<void> {
    return Promise.resolve()
  }

  /** The store is closed by whoever opened it. */
  shutdown(): Promise<void> {
    return Promise.resolve()
  }

  async consume(batch: Batch, context: ConsumeContext): Promise<ConsumeResult> {
    if (batch.itemCount === 0) return ACCEPTED
    try {
      const result = await this.#store.consume(batch, context)
      this.#context.record.stored(batch.signal, batch.pointCount - (result.rejected?.count ?? 0))
      if (this.#failing) {
        this.#failing = false
        this.#context.reportStatus('ok')
      }
      return result
    } catch (error) {
      this.#failing = true
      this.#context.reportStatus('recoverable-error', error instanceof Error ? error.message : String(error))
      throw error
    }
  }
}
