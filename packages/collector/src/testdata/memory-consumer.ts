import type { Batch } from '@clew/otlp/batch'
import { ACCEPTED, type ConsumeContext, type Consumer, type ConsumeResult } from '@clew/otlp/consumer'

/** Keeps what it is given. `behave` may throw, wait or reject before a batch counts as taken. */
export class MemoryConsumer implements Consumer {
  readonly batches: Batch[] = []
  readonly contexts: ConsumeContext[] = []
  behave: ((batch: Batch, context: ConsumeContext) => Promise<ConsumeResult> | ConsumeResult) | undefined

  async consume(batch: Batch, context: ConsumeContext): Promise<ConsumeResult> {
    const result = this.behave === undefined ? ACCEPTED : await this.behave(batch, context)
    this.batches.push(batch)
    this.contexts.push(context)
    return result
  }

  points(signal?: string): number {
    return this.batches
      .filter((batch) => signal === undefined || batch.signal === signal)
      .reduce((sum, batch) => sum + batch.pointCount, 0)
  }
}
