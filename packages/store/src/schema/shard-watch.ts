import type { Clock } from '@clew/base/clock'
import { errorMessage } from '@clew/base/errors'
import type { Logger } from '@clew/base/logger'
import type { Driver } from '../driver/driver.ts'
import { sql, Sql } from '../sql/sql.ts'

const CHECK_EVERY_MS = 30_000

export interface ShardWatchOptions {
  readonly driver: Pick<Driver, 'query' | 'command' | 'cluster' | 'pruneShards'>
  readonly clock: Clock
  readonly logger: Logger
  readonly retentionDays: number
}

/**
 * Decides whether a trace may be asked of one shard only. Rows stay where the shards of their time put them: after shards were
 * added, removed or weighted anew, older traces are on other shards than a new one with that id would be. Until the retention
 * has let go of them, all shards are asked. The history of the shards is in the table `shard_layouts`.
 */
export class ShardWatch {
  readonly #options: ShardWatchOptions
  #cancelTimer: (() => void) | undefined
  #running: Promise<void> | undefined
  #isStopped = false
  #last: boolean | undefined

  constructor(options: ShardWatchOptions) {
    this.#options = options
  }

  /** Looks once, then regularly. Throws ClewError of the engine when the first look fails. */
  async start(): Promise<void> {
    if (this.#options.driver.cluster === undefined) return
    await this.check()
    this.#wait()
  }

  /** Looks at the shards there are, notes a change, and tells the driver. */
  async check(): Promise<void> {
    const { driver, logger, retentionDays } = this.#options
    if (driver.cluster === undefined) return
    const layout = await this.#shards(driver.cluster.name)
    const { rows } = await driver.query<{ Layout: string }>(
      sql`SELECT Layout FROM shard_layouts ORDER BY At DESC LIMIT 1`,
    )
    if (rows[0]?.Layout !== layout) {
      const text = new Sql([`INSERT INTO shard_layouts (Layout) SELECT '${layout}'`], [])
      await driver.command(text, { insert_deduplicate: 0, deduplicate_insert_select: 'disable' })
    }
    // A row that is not the first is a change. One day more than rows live, which is one more than the retention.
    const changes = await driver.query<{ n: string }>(
      sql`SELECT count() AS n FROM shard_layouts
        WHERE At > (SELECT min(At) FROM shard_layouts) AND At > now() - toIntervalDay(${retentionDays + 2})`,
    )
    const isSettled = changes.rows[0]?.n === '0'
    if (this.#last !== isSettled && !isSettled)
      logger.info('the shards of the cluster have changed: traces are asked of all of them until the retention is over')
    this.#last = isSettled
    driver.pruneShards?.(isSettled)
  }

  /** Ends after the look that is going on. */
  async stop(): Promise<void> {
    this.#isStopped = true
    this.#cancelTimer?.()
    await this.#running
  }

  /** Numbers and weights of the shards, such as `1:1,2:1`. */
  async #shards(cluster: string): Promise<string> {
    const { rows } = await this.#options.driver.query<{ shard: number; weight: number }>(
      sql`SELECT shard_num AS shard, any(shard_weight) AS weight FROM system.clusters WHERE cluster = ${cluster} GROUP BY shard ORDER BY shard`,
    )
    return rows.map(({ shard, weight }) => `${Number(shard)}:${Number(weight)}`).join(',')
  }

  #wait(): void {
    if (this.#isStopped) return
    this.#cancelTimer = this.#options.clock.after(CHECK_EVERY_MS, () => {
      this.#running = this.check()
        .catch((error: unknown) =>
          this.#options.logger.warn('cannot look whether the shards have changed', { error: errorMessage(error) }),
        )
        .then(() => this.#wait())
    })
  }
}
