import type { Clock } from '@clew/base/clock'
import { SIGNALS } from '@clew/otlp/signal'
import { ComponentRecord } from './component-record.ts'
import { addCounts, zeroCounts, type SignalCounts } from './counts.ts'
import { DecisionRing, type Decision, type DecisionFilter } from './decision-ring.ts'

/**
 * The books: `received + added = stored + forwarded + dropped + refused + queued + inProgress`, for each signal, at any
 * moment. `inProgress` is what is inside a call that has not returned.
 */
export interface Books {
  readonly received: SignalCounts
  readonly added: SignalCounts
  readonly stored: SignalCounts
  readonly forwarded: SignalCounts
  readonly dropped: SignalCounts
  readonly refused: SignalCounts
  readonly queued: SignalCounts
  readonly inProgress: SignalCounts
}

const RING_CAPACITY = 4096

/** Why every item that did not arrive did not arrive: counters by component, reason and signal, and the latest cases. */
export class DecisionRecord {
  readonly #clock: Clock
  readonly #ring: DecisionRing
  readonly #components = new Map<string, ComponentRecord>()

  constructor(clock: Clock) {
    this.#clock = clock
    this.#ring = new DecisionRing(RING_CAPACITY, () => clock.monotonicMillis())
  }

  /** The record of one component; the same for the same name. */
  component(node: string): ComponentRecord {
    let record = this.#components.get(node)
    if (record === undefined) {
      record = new ComponentRecord(node, this.#ring, () => this.#clock.unixNanos())
      this.#components.set(node, record)
    }
    return record
  }

  components(): readonly ComponentRecord[] {
    return [...this.#components.values()]
  }

  /** The latest decisions, newest first. */
  recent(filter: DecisionFilter): Decision[] {
    return this.#ring.recent(filter)
  }

  /** The books, given what is queued now. */
  books(queued: Readonly<SignalCounts>): Books {
    const sum = {
      received: zeroCounts(),
      added: zeroCounts(),
      stored: zeroCounts(),
      forwarded: zeroCounts(),
      dropped: zeroCounts(),
      refused: zeroCounts(),
    }
    for (const { totals } of this.#components.values()) {
      addCounts(sum.received, totals.received)
      addCounts(sum.added, totals.added)
      addCounts(sum.stored, totals.stored)
      addCounts(sum.forwarded, totals.forwarded)
      addCounts(sum.dropped, totals.dropped)
      addCounts(sum.refused, totals.refused)
    }
    const inProgress = zeroCounts()
    for (const signal of SIGNALS) {
      const came = sum.received[signal] + sum.added[signal]
      const ended = sum.stored[signal] + sum.forwarded[signal] + sum.dropped[signal] + sum.refused[signal]
      inProgress[signal] = came - ended - queued[signal]
    }
    return { ...sum, queued: { ...queued }, inProgress }
  }
}
