import type { Clock } from '@clew/base/clock'
import type { Batch } from '@clew/otlp/batch'
import type { TapPortSubscription } from '../ports.ts'

/** Documents as they come; `close` ends it from outside. */
export interface LiveStream<Document> {
  readonly documents: AsyncIterable<Document>
  close(): void
}

export interface LiveRates {
  /** Items handed out a second. */
  readonly shownPerSecond: number
  /** Items decoded a second; batches beyond it are skipped unread. */
  readonly lookedAtPerSecond: number
}

/** Between two documents, so that many small batches become one document. */
const GATHER_MS = 200

/**
 * Reads a tap for as long as somebody listens. Each round gives one document with the items that fit the rates and how
 * many did not, also when there were none to show.
 */
export function liveDocuments<Item, Document>(
  tap: TapPortSubscription,
  clock: Clock,
  rates: LiveRates,
  itemsOf: (batch: Batch, timeNanos: bigint) => Item[],
  documentOf: (items: Item[], skipped: number) => Document,
): LiveStream<Document> {
  const shown = new Bucket(rates.shownPerSecond, clock)
  const lookedAt = new Bucket(rates.lookedAtPerSecond, clock)
  async function* documents(): AsyncGenerator<Document> {
    try {
      while (!tap.closed) {
        await tap.wait()
        const { events, skippedItems } = tap.take()
        let skipped = skippedItems
        const items: Item[] = []
        for (const { batch, timeNanos } of events) {
          if (!lookedAt.take(batch.itemCount)) {
            skipped += batch.pointCount
            continue
          }
          for (const item of itemsOf(batch, timeNanos)) {
            if (shown.take(1)) items.push(item)
            else skipped += 1
          }
        }
        if (items.length > 0 || skipped > 0) yield documentOf(items, skipped)
        if (!tap.closed) await pause(clock)
      }
    } finally {
      tap.close()
    }
  }
  return { documents: documents(), close: () => tap.close() }
}

function pause(clock: Clock): Promise<void> {
  return new Promise((resolve) => clock.after(GATHER_MS, resolve))
}

/** A token bucket that holds one second's worth. What is larger than that passes when the bucket is full. */
class Bucket {
  readonly #perSecond: number
  readonly #clock: Clock
  #tokens: number
  #filledMs: number

  constructor(perSecond: number, clock: Clock) {
    this.#perSecond = perSecond
    this.#clock = clock
    this.#tokens = perSecond
    this.#filledMs = clock.monotonicMillis()
  }

  take(count: number): boolean {
    const nowMs = this.#clock.monotonicMillis()
    this.#tokens = Math.min(this.#perSecond, this.#tokens + ((nowMs - this.#filledMs) / 1000) * this.#perSecond)
    this.#filledMs = nowMs
    if (this.#tokens < Math.min(count, this.#perSecond)) return false
    this.#tokens -= count
    return true
  }
}
