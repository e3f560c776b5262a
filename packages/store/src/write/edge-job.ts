import type { Clock } from '@clew/base/clock'
import { errorMessage } from '@clew/base/errors'
import type { Logger } from '@clew/base/logger'
import type { Driver } from '../driver/driver.ts'
import type { Leases } from '../lease/leases.ts'
import { sql } from '../sql/sql.ts'
import { dayOfMillis } from './day.ts'
import { edgesOfMinute } from './edge-sql.ts'

const MINUTE_MILLIS = 60_000
const CHECK_EVERY_MS = 15_000
/** A minute is closed when it is over for so long; spans that come later make no edges. */
export const LATE_TOLERANCE_MINUTES = 2
/** How far back it looks for minutes that were not done: after a start, or when the engine was away. */
const WINDOW_MINUTES = 60
const JOB_SETTINGS = {
  max_memory_usage: 2_000_000_000,
  max_execution_time: 60,
  max_threads: 1,
  join_algorithm: 'grace_hash',
  // Spans are joined with those of their trace, which are on the same shard; the rest is GLOBAL.
  distributed_product_mode: 'local',
  insert_deduplicate: 1,
  deduplicate_insert_select: 'force_enable',
} as const

export interface EdgeJobOptions {
  readonly driver: Driver
  readonly clock: Clock
  readonly logger: Logger
  readonly leases: Leases
}

/** What only the node that has the job does regularly. */
const JOB = 'edges'

/**
 * Fills `service_edges` from the closed minutes of `spans`; of several nodes on a database one does it. Every minute has a token,
 * so doing one again (after a restart, or by the next node) changes nothing.
 */
export class EdgeJob {
  /** Minutes (since 1970) that were given up because the engine could not do them within its limits. */
  readonly failedMinutes: number[] = []
  private readonly options: EdgeJobOptions
  /** Minutes of the window that were done, also those without any edge. */
  private readonly done = new Set<number>()
  private running: Promise<void> | undefined
  private cancelTimer: (() => void) | undefined
  private stopped = false

  constructor(options: EdgeJobOptions) {
    this.options = options
  }

  /** Starts to look regularly. */
  start(): void {
    if (this.stopped) return
    this.cancelTimer = this.options.clock.after(CHECK_EVERY_MS, () => {
      this.running = this.catchUpAlone().then(() => this.start())
    })
  }

  /** Does all closed minutes that are due, whoever else does. */
  async catchUp(): Promise<void> {
    await this.doMinutes(() => Promise.resolve(true))
  }

  private async catchUpAlone(): Promise<void> {
    await this.options.leases.runExclusively(JOB, (lease) => this.doMinutes(() => lease.keep()))
  }

  private async doMinutes(mayGoOn: () => Promise<boolean>): Promise<void> {
    const last = Math.floor(this.options.clock.unixMillis() / MINUTE_MILLIS) - 1 - LATE_TOLERANCE_MINUTES
    const first = last - WINDOW_MINUTES
    for (const minute of this.done) if (minute < first) this.done.delete(minute)
    for (const minute of await this.dueMinutes(first, last)) {
      if (this.stopped) return
      if (this.done.has(minute)) continue
      if (!(await mayGoOn())) return
      await this.doMinute(minute)
      this.done.add(minute)
    }
  }

  /** Ends after the minute that is being done. */
  async stop(): Promise<void> {
    this.stopped = true
    this.cancelTimer?.()
    await this.running
  }

  /** Minutes that have spans and no edges yet. */
  private async dueMinutes(first: number, last: number): Promise<number[]> {
    try {
      const { rows } = await this.options.driver.query<{ Minute: number }>(
        sql`SELECT DISTINCT Minute FROM operation_stats WHERE Minute >= ${first} AND Minute <= ${last} AND Minute NOT IN (SELECT Minute FROM service_edges WHERE Minute >= ${first}) ORDER BY Minute`,
        { maxExecutionMs: 10_000, maxThreads: 1 },
      )
      return rows.map((row) => row.Minute)
    } catch (error) {
      this.options.logger.warn('the service graph is not up to date', { error: errorMessage(error) })
      return []
    }
  }

  private async doMinute(minute: number): Promise<void> {
    try {
      await this.options.driver.command(edgesOfMinute(minute, dayOfMillis(minute * MINUTE_MILLIS)), {
        ...JOB_SETTINGS,
        insert_deduplication_token: `edges/${minute}`,
      })
    } catch (error) {
      if (this.failedMinutes.length < WINDOW_MINUTES) this.failedMinutes.push(minute)
      this.options.logger.warn('the service graph lacks a minute', { minute, error: errorMessage(error) })
    }
  }
}
