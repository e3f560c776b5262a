import type { Batch } from '@clew/otlp/batch'
import { ACCEPTED, ConsumeError, type ConsumeContext, type Consumer, type ConsumeResult } from '@clew/otlp/consumer'
import type { ComponentRecord } from './component-record.ts'
import { asConsumeError, type CountedOutcomes } from './edge.ts'

/**
 * Hands each batch to several consumers at once; batches are read-only, so nothing is copied. It fails when one of them
 * fails, after all have answered: the sender may then send again, and those that had taken the batch get it twice.
 */
export class FanOut implements Consumer {
  readonly #consumers: readonly Consumer[]
  readonly #record: ComponentRecord
  readonly #counted: CountedOutcomes

  constructor(consumers: readonly Consumer[], record: ComponentRecord, counted: CountedOutcomes) {
    this.#consumers = consumers
    this.#record = record
    this.#counted = counted
  }

  async consume(batch: Batch, context: ConsumeContext): Promise<ConsumeResult> {
    this.#record.added(batch.signal, batch.pointCount * (this.#consumers.length - 1))
    const outcomes = await Promise.allSettled(this.#consumers.map((one) => one.consume(batch, context)))
    const failures = outcomes.filter((one) => one.status === 'rejected').map((one) => asConsumeError(one.reason))
    const [first] = failures
    if (first !== undefined) throw this.#join(first, failures)
    let worst: ConsumeResult = ACCEPTED
    for (const one of outcomes) {
      if (one.status === 'fulfilled' && (one.value.rejected?.count ?? 0) > (worst.rejected?.count ?? 0))
        worst = one.value
    }
    return worst
  }

  /** Retryable only when every failure is: what one consumer will never take must not come again for ever. */
  #join(first: ConsumeError, failures: readonly ConsumeError[]): ConsumeError {
    if (failures.length === 1) return first
    const joined = new ConsumeError(first.code, failures.map((one) => one.message).join('; '), {
      retryable: failures.every((one) => one.retryable),
      retryAfterMs: maxOf(failures.map((one) => one.retryAfterMs)),
      cause: first,
    })
    this.#counted.mark(joined)
    return joined
  }
}

function maxOf(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined)
  return known.length === 0 ? undefined : Math.max(...known)
}
