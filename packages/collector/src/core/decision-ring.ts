import type { Signal } from '@clew/otlp/signal'
import type { ItemIdentity } from './item-identity.ts'

export type DecisionAction = 'dropped' | 'changed' | 'sampled' | 'refused'

/** One thing a component decided, and about which items. */
export interface Decision {
  readonly timeNanos: bigint
  readonly component: string
  readonly signal: Signal
  readonly action: DecisionAction
  readonly reason: string
  /** The part of the configuration that decided, empty when it was no rule. */
  readonly rule: string
  /** How many points it was about; `items` names at most some of them. */
  readonly count: number
  readonly items: readonly ItemIdentity[]
}

export interface DecisionFilter {
  readonly component?: string | undefined
  /** 32 hex digits. */
  readonly traceId?: string | undefined
  readonly limit: number
}

/** Decisions of one kind that are remembered in a second, so that a flood does not push out everything else. */
const PER_SECOND_AND_REASON = 20

/** The latest decisions. Bounded in number; each names at most some items with short identities. */
export class DecisionRing {
  readonly #slots: (Decision | undefined)[]
  readonly #nowMs: () => number
  readonly #taken = new Map<string, number>()
  #next = 0
  #windowStartMs = 0

  constructor(capacity: number, nowMs: () => number) {
    this.#slots = Array.from({ length: capacity })
    this.#nowMs = nowMs
  }

  /** False when enough decisions of this kind were remembered in this second; the counters are complete all the same. */
  takes(component: string, reason: string): boolean {
    const now = this.#nowMs()
    if (now - this.#windowStartMs >= 1000) {
      this.#windowStartMs = now
      this.#taken.clear()
    }
    const key = `${component}\u0000${reason}`
    const taken = this.#taken.get(key) ?? 0
    if (taken >= PER_SECOND_AND_REASON) return false
    this.#taken.set(key, taken + 1)
    return true
  }

  add(decision: Decision): void {
    this.#slots[this.#next % this.#slots.length] = decision
    this.#next += 1
  }

  /** Newest first. */
  recent(filter: DecisionFilter): Decision[] {
    const found: Decision[] = []
    const oldest = Math.max(0, this.#next - this.#slots.length)
    for (let i = this.#next - 1; i >= oldest && found.length < filter.limit; i--) {
      const decision = this.#slots[i % this.#slots.length]
      if (decision === undefined) continue
      if (filter.component !== undefined && decision.component !== filter.component) continue
      if (filter.traceId !== undefined && !decision.items.some((item) => item.traceId === filter.traceId)) continue
      found.push(decision)
    }
    return found
  }
}
