import type { Batch } from '@clew/otlp/batch'
import type { ConsumeContext, Consumer, ConsumeResult } from '@clew/otlp/consumer'
import type { Processor } from '../core/component.ts'

/** A processor that changes nothing. */
export class PassThrough implements Processor {
  readonly #next: Consumer

  constructor(next: Consumer) {
    this.#next = next
  }

  start(): Promise<void> {
    return Promise.resolve()
  }

  shutdown(): Promise<void> {
    return Promise.resolve()
  }

  consume(batch: Batch, context: ConsumeContext): Promise<ConsumeResult> {
    return this.#next.consume(batch, context)
  }
}
