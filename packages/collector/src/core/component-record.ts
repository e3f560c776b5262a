import type { Batch } from '@clew/otlp/batch'
import type { Signal } from '@clew/otlp/signal'
import { zeroCounts, type SignalCounts } from './counts.ts'
import type { Decision, DecisionAction, DecisionRing } from './decision-ring.ts'
import { identify, type ItemIdentity } from './item-identity.ts'

/** A count with the reason it has. */
export interface ReasonCount {
  readonly signal: Signal
  readonly reason: string
  count: number
  /** Requests among them that nobody has looked into: how many items they had is unknown. */
  unreadRequests: number
  lastNanos: bigint
}

/** What a component did with what it was given; the sums of all components are the books of the collector. */
export interface ComponentTotals {
  /** Decoded and offered to pipelines (receivers). */
  readonly received: SignalCounts
  /** Added by handing one batch to several consumers, or made anew. */
  readonly added: SignalCounts
  /** Written for good by this process. */
  readonly stored: SignalCounts
  /** Taken by another system. */
  readonly forwarded: SignalCounts
  readonly dropped: SignalCounts
  /** Handed back to the sender, who may send it again. */
  readonly refused: SignalCounts
}

/** How many items of one decision are named in the ring. */
const NAMED_PER_DECISION = 8
/** Reasons come from code and not from data; a bound all the same. */
const MAX_REASONS = 200

/** The part of the decision record that one component writes. All counts are points: spans, log records, data points. */
export class ComponentRecord {
  readonly component: string
  readonly totals: ComponentTotals = {
    received: zeroCounts(),
    added: zeroCounts(),
    stored: zeroCounts(),
    forwarded: zeroCounts(),
    dropped: zeroCounts(),
    refused: zeroCounts(),
  }
  readonly #dropped = new Map<string, ReasonCount>()
  readonly #refused = new Map<string, ReasonCount>()
  readonly #ring: DecisionRing
  readonly #now: () => bigint

  constructor(component: string, ring: DecisionRing, now: () => bigint) {
    this.component = component
    this.#ring = ring
    this.#now = now
  }

  received(signal: Signal, points: number): void {
    this.totals.received[signal] += points
  }

  /** Points that exist from here on in addition to those received. */
  added(signal: Signal, points: number): void {
    this.totals.added[signal] += points
  }

  stored(signal: Signal, points: number): void {
    this.totals.stored[signal] += points
  }

  forwarded(signal: Signal, points: number): void {
    this.totals.forwarded[signal] += points
  }

  /**
   * `points` of `batch` end here. `items` are the indexes of those that do, when it is not the whole batch; `rule` is
   * the line of the configuration that decided.
   */
  dropped(batch: Batch, points: number, reason: string, rule = '', items?: readonly number[]): void {
    if (points === 0) return
    this.totals.dropped[batch.signal] += points
    this.#count(this.#dropped, batch.signal, points, reason)
    this.#remember('dropped', batch, points, reason, rule, items)
  }

  /** The whole batch goes back to its sender. */
  refused(batch: Batch, reason: string): void {
    this.totals.refused[batch.signal] += batch.pointCount
    this.#count(this.#refused, batch.signal, batch.pointCount, reason)
    this.#remember('refused', batch, batch.pointCount, reason, '', undefined)
  }

  /** Requests turned away before anything was decoded: how many points they had is unknown, so they are not in the books. */
  refusedUnread(signal: Signal, reason: string): void {
    this.#count(this.#refused, signal, 0, reason, 1)
  }

  /** Items that go on, but not as they came. No effect on the books. */
  noted(
    action: 'changed' | 'sampled',
    batch: Batch,
    points: number,
    reason: string,
    rule: string,
    items?: readonly number[],
  ): void {
    if (points > 0) this.#remember(action, batch, points, reason, rule, items)
  }

  droppedByReason(): ReasonCount[] {
    return [...this.#dropped.values()]
  }

  refusedByReason(): ReasonCount[] {
    return [...this.#refused.values()]
  }

  #count(into: Map<string, ReasonCount>, signal: Signal, count: number, reason: string, unreadRequests = 0): void {
    const kept = into.size < MAX_REASONS || into.has(`${signal}\u0000${reason}`) ? reason : 'other'
    const key = `${signal}\u0000${kept}`
    const row = into.get(key)
    if (row === undefined) into.set(key, { signal, reason: kept, count, unreadRequests, lastNanos: this.#now() })
    else {
      row.count += count
      row.unreadRequests += unreadRequests
      row.lastNanos = this.#now()
    }
  }

  #remember(
    action: DecisionAction,
    batch: Batch,
    count: number,
    reason: string,
    rule: string,
    items: readonly number[] | undefined,
  ): void {
    if (!this.#ring.takes(this.component, reason)) return
    const named: ItemIdentity[] = []
    const total = items === undefined ? batch.itemCount : items.length
    for (let i = 0; i < total && named.length < NAMED_PER_DECISION; i++) {
      named.push(identify(batch, items === undefined ? i : (items[i] ?? 0)))
    }
    const decision: Decision = {
      timeNanos: this.#now(),
      component: this.component,
      signal: batch.signal,
      action,
      reason,
      rule,
      count,
      items: named,
    }
    this.#ring.add(decision)
  }
}
