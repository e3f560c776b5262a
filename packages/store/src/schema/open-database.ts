import { join } from 'node:path'
import type { Clock } from '@clew/base/clock'
import { ClewError } from '@clew/base/errors'
import type { Logger } from '@clew/base/logger'
import { AwaitedDriver } from '../driver/awaited-driver.ts'
import { openChdb } from '../driver/chdb.ts'
import { openClickHouse } from '../driver/clickhouse.ts'
import { type ClickHouseConfig, parseClickHouseUrl } from '../driver/clickhouse-url.ts'
import type { Driver } from '../driver/driver.ts'
import { engineError, isAway } from '../driver/engine-error.ts'
import { Leases } from '../lease/leases.ts'
import { migrate } from './migrate.ts'

const FIRST_RETRY_MS = 500
const MAX_RETRY_MS = 10_000

export interface DatabaseOptions {
  readonly dataDirectory: string
  readonly url: string
  readonly retentionDays: number
  readonly clock: Clock
  readonly logger: Logger
  readonly leaseTtlMs?: number | undefined
}

/** A database with this version's tables, or, with `arrival`, one that is going to have them. */
export interface OpenedDatabase {
  readonly driver: Driver
  /** Set when the server is away. */
  readonly arrival: DatabaseArrival | undefined
}

/**
 * Opens the database and brings its tables to this version. A server that is away is waited for in the background; what waiting
 * cannot mend is an error.
 * @throws ClewError DATA_DIR_IN_USE, STORE_URL, STORE_REFUSED, SCHEMA_TOO_NEW, STORE_LAYOUT, ENGINE_FAILED
 */
export async function openDatabase(options: DatabaseOptions): Promise<OpenedDatabase> {
  if (options.url === 'chdb') {
    const driver = await withTables(openChdb(join(options.dataDirectory, 'engine')), options)
    return { driver, arrival: undefined }
  }
  const config = parseClickHouseUrl(options.url)
  try {
    return { driver: await reach(config, options), arrival: undefined }
  } catch (error) {
    if (!isAway(error)) throw error
    const driver = new AwaitedDriver(config, error as ClewError)
    return { driver, arrival: new DatabaseArrival(driver, config, options) }
  }
}

async function reach(config: ClickHouseConfig, options: DatabaseOptions): Promise<Driver> {
  return await withTables(await openClickHouse(config), options)
}

/** Several nodes may start at once: one changes the database, the others wait. */
async function withTables(driver: Driver, options: DatabaseOptions): Promise<Driver> {
  const { clock, logger, leaseTtlMs, retentionDays } = options
  const leases = new Leases({
    driver,
    clock,
    logger,
    alone: driver.kind === 'chdb',
    ...(leaseTtlMs === undefined ? {} : { ttlMs: leaseTtlMs }),
  })
  try {
    await migrate(driver, {
      retentionDays,
      logger,
      alone: (work) =>
        leases.waitAndRun('schema', work, () => logger.info('another node changes the database; waiting for it')),
    })
    return driver
  } catch (error) {
    await driver.close()
    throw error
  }
}

export interface ArrivalHandlers {
  /** Called after each attempt that failed, with the reason. */
  readonly onAway: (problem: ClewError) => void
  /** Called when the database can be used. What it throws is tried again. */
  readonly onThere: () => Promise<void>
}

/**
 * Waits for a server that was away at the start, and gives its tables this version's form when it comes. What turns out wrong with
 * it then (a password, a newer schema) ends nothing: there is data waiting, and it may be put right.
 */
export class DatabaseArrival {
  readonly #driver: AwaitedDriver
  readonly #config: ClickHouseConfig
  readonly #options: DatabaseOptions
  #retryMs = FIRST_RETRY_MS
  #isThere = false
  #isStopped = false
  #cancelTimer: (() => void) | undefined

  constructor(driver: AwaitedDriver, config: ClickHouseConfig, options: DatabaseOptions) {
    this.#driver = driver
    this.#config = config
    this.#options = options
  }

  /** Begins to try, again and again. */
  start(handlers: ArrivalHandlers): void {
    handlers.onAway(this.#driver.problem)
    this.#wait(handlers)
  }

  /** Waits no longer. An attempt that is being made ends by itself. */
  stop(): void {
    this.#isStopped = true
    this.#cancelTimer?.()
  }

  #wait(handlers: ArrivalHandlers): void {
    if (this.#isStopped) return
    this.#cancelTimer = this.#options.clock.after(this.#retryMs, () => void this.#attempt(handlers))
    this.#retryMs = Math.min(MAX_RETRY_MS, this.#retryMs * 2)
  }

  async #attempt(handlers: ArrivalHandlers): Promise<void> {
    try {
      if (!this.#isThere) {
        const driver = await reach(this.#config, this.#options)
        if (this.#isStopped) return await driver.close()
        this.#isThere = true
        this.#driver.arrive(driver)
      }
      await handlers.onThere()
    } catch (error) {
      const problem = error instanceof ClewError ? error : engineError(error, 'opening the database failed')
      this.#driver.problem = problem
      if (!this.#isStopped) handlers.onAway(problem)
      this.#wait(handlers)
    }
  }
}
