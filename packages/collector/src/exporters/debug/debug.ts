import type { Batch } from '@clew/otlp/batch'
import { ACCEPTED, type ConsumeResult } from '@clew/otlp/consumer'
import type { ComponentContext, Exporter } from '../../core/component.ts'
import type { DebugConfig } from './config.ts'
import { basicText } from './basic-text.ts'
import { detailedText } from './detailed-text.ts'
import { normalText } from './normal-text.ts'

/** Prints requests, sampled by second. Nothing is decoded for a request that is not shown. */
export class DebugExporter implements Exporter {
  readonly #config: DebugConfig
  readonly #context: ComponentContext
  #second = -1
  #seenInSecond = 0

  constructor(config: DebugConfig, context: ComponentContext) {
    this.#config = config
    this.#context = context
  }

  start(): Promise<void> {
    return Promise.resolve()
  }

  shutdown(): Promise<void> {
    return Promise.resolve()
  }

  consume(batch: Batch): Promise<ConsumeResult> {
    if (this.#shows()) {
      const { print } = this.#context
      print(basicText(batch))
      if (this.#config.verbosity === 'normal') print(normalText(batch))
      else if (this.#config.verbosity === 'detailed') print(detailedText(batch))
    }
    this.#context.record.forwarded(batch.signal, batch.pointCount)
    return Promise.resolve(ACCEPTED)
  }

  #shows(): boolean {
    const second = Math.floor(this.#context.clock.monotonicMillis() / 1000)
    if (second !== this.#second) {
      this.#second = second
      this.#seenInSecond = 0
    }
    this.#seenInSecond += 1
    const { sampling_initial: initial, sampling_thereafter: thereafter } = this.#config
    if (this.#seenInSecond <= initial) return true
    return thereafter > 0 && (this.#seenInSecond - initial) % thereafter === 0
  }
}
