import type { Batch } from '@clew/otlp/batch'
import { ACCEPTED, type ConsumeContext, type Consumer, type ConsumeResult } from '@clew/otlp/consumer'
import type { Signal } from '@clew/otlp/signal'

/** What a consumer answers to one batch: a result, or an error to reject with. */
export type Answer = ConsumeResult | Error

/** Keeps every batch it takes. Answers can be scripted: `answers.push(new ConsumeError(…))` makes the next call fail. */
export class MemoryConsumer implements Consumer {
  /** Batches that were taken, in order. */
  readonly batches: Batch[] = []
  readonly contexts: ConsumeContext[] = []
  /** Answers for the next calls, used up in order; then everything is accepted. */
  readonly answers: Answer[] = []
  /** Every call, taken or not. */
  calls = 0
  #waiters: { readonly points: number; readonly resolve: () => void }[] = []
  #gate: Promise<void> | undefined
  #open: (() => void) | undefined

  async consume(batch: Batch, context: ConsumeContext): Promise<ConsumeResult> {
    this.calls++
    await this.#gate
    const answer = this.answers.shift() ?? ACCEPTED
    if (answer instanceof Error) throw answer
    this.batches.push(batch)
    this.contexts.push(context)
    const points = this.pointCount()
    this.#waiters = this.#waiters.filter((waiter) => {
      if (points < waiter.points) return true
      waiter.resolve()
      return false
    })
    return answer
  }

  /** Points taken so far, of one signal or of all. */
  pointCount(signal?: Signal): number {
    return this.batches.reduce((sum, b) => sum + (signal === undefined || b.signal === signal ? b.pointCount : 0), 0)
  }

  /** Resolves once at least `points` points were taken. */
  received(points: number): Promise<void> {
    if (this.pointCount() >= points) return Promise.resolve()
    return new Promise((resolve) => this.#waiters.push({ points, resolve }))
  }

  /** Lets calls wait until `release`. */
  block(): void {
    this.#gate ??= new Promise((resolve) => {
      this.#open = resolve
    })
  }

  release(): void {
    this.#open?.()
    this.#gate = undefined
    this.#open = undefined
  }
}
