import type { getBackup, startBackup } from '@clew/contract/backups'
import type { InputOf, OutputOf, ParsedInputOf } from '@clew/contract/endpoint'
import type { getPipeline, recentDecisions } from '@clew/contract/pipeline'
import type { getStatus, sendTestTrace } from '@clew/contract/status'
import type { Batch } from '@clew/otlp/batch'
import type { Signal } from '@clew/otlp/signal'
import type { QueryOptions, QueryResult } from '@clew/store/driver/driver'
import type { Sql } from '@clew/store/sql/sql'

/** Reads of the store. */
export interface QueryEngine {
  /** Where the parts of all tables are listed; `system.parts` when absent. */
  readonly parts?: Sql
  query<Row>(statement: Sql, options?: QueryOptions): Promise<QueryResult<Row>>
}

/** What only the program that puts everything together knows about this installation. */
export interface StatusPort {
  status(): Promise<OutputOf<typeof getStatus>>
  /** Sends one small trace through the real receiver; gives its id in hex. */
  sendTestTrace(input: InputOf<typeof sendTestTrace>): Promise<OutputOf<typeof sendTestTrace>>
  /** Begins a backup of the store. */
  startBackup(input: ParsedInputOf<typeof startBackup>): Promise<OutputOf<typeof startBackup>>
  /** Throws ClewError BACKUP_NOT_FOUND. */
  getBackup(input: ParsedInputOf<typeof getBackup>): Promise<OutputOf<typeof getBackup>>
  /** True when data can be taken, for /readyz. */
  ready(): boolean
}

/** The running pipeline. */
export interface PipelinePort {
  snapshot(): Promise<OutputOf<typeof getPipeline>>
  decisions(input: ParsedInputOf<typeof recentDecisions>): OutputOf<typeof recentDecisions>['decisions']
  /** Own metrics in Prometheus text format, for /metrics. */
  metricsText(): string | Promise<string>
  /** A bounded look at what flows out of a node; empty means what the receivers hand out. */
  tap(options: TapPortOptions): TapPortSubscription
}

export interface TapPortOptions {
  readonly node: string
  readonly signal: Signal | undefined
  /** Batches a second at most. */
  readonly maxPerSecond: number
}

/** Must not hold up the pipeline: what is not taken in time is skipped and counted. */
export interface TapPortSubscription {
  readonly closed: boolean
  /** What came since the last call, and items that were skipped. */
  take(): { events: readonly { readonly batch: Batch; readonly timeNanos: bigint }[]; skippedItems: number }
  /** Resolves when there is something to take, or when closed. */
  wait(): Promise<void>
  close(): void
}
