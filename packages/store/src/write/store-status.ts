import type { Signal } from '@clew/otlp/signal'
import type { Ingester } from './ingester.ts'
import type { Trouble } from './troubles.ts'

/** How the write path is doing. */
export interface StoreStatus {
  /** Acknowledged (or about to be) and not yet visible, bytes. */
  readonly queuedBytes: number
  readonly segmentsWaiting: number
  readonly segmentsStored: number
  /** Segments that were damaged or refused and are kept aside, by this run or an earlier one. */
  readonly segmentsSetAside: number
  /** Groups written with one fsync each. */
  readonly groupsWritten: number
  readonly batchesRefused: number
  /** Rows stored since the start, per table. */
  readonly rowsStored: Readonly<Record<string, number>>
  /** When a batch was last acknowledged, ms since 1970. */
  readonly newestAcceptedMillis: Readonly<Partial<Record<Signal, number>>>
  /** When rows last became visible, ms since 1970, per table. */
  readonly newestStoredMillis: Readonly<Record<string, number>>
  /** What is wrong now, what refuses data first; empty when nothing is. */
  readonly troubles: readonly Trouble[]
}

/** A snapshot of the ingester's figures. */
export function storeStatus(ingester: Ingester): StoreStatus {
  const { inserter } = ingester
  ingester.checkTroubles()
  return {
    queuedBytes: ingester.queuedBytes,
    segmentsWaiting: inserter.waitingSegments,
    segmentsStored: inserter.segmentsStored,
    segmentsSetAside: ingester.setAside.count,
    groupsWritten: ingester.groups,
    batchesRefused: ingester.refusedBatches,
    rowsStored: Object.fromEntries(inserter.rowsStored),
    newestAcceptedMillis: Object.fromEntries(ingester.newestAcceptedMillis),
    newestStoredMillis: Object.fromEntries(inserter.newestStoredMillis),
    troubles: ingester.troubles.list(),
  }
}
