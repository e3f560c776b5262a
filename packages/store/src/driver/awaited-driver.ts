import type { ClewError } from '@clew/base/errors'
import type { Sql } from '../sql/sql.ts'
import { backupAddress, clusterPlace } from './clickhouse.ts'
import type { ClickHouseConfig } from './clickhouse-url.ts'
import type { BackupAddress, ClusterPlace, Driver, NativeInsert, QueryOptions, QueryResult } from './driver.ts'

/**
 * A server that was away when the store was opened. Until it is there and its tables are as they should be, every statement fails
 * with the reason; from then on all go to it.
 */
export class AwaitedDriver implements Driver {
  readonly kind = 'clickhouse'
  readonly cluster: ClusterPlace | undefined
  readonly backup: BackupAddress
  /** Why statements fail. */
  problem: ClewError
  #driver: Driver | undefined

  constructor(config: ClickHouseConfig, problem: ClewError) {
    this.cluster = clusterPlace(config)
    this.backup = backupAddress(config.database)
    this.problem = problem
  }

  /** Empty until the server is there. */
  get engineVersion(): string {
    return this.#driver?.engineVersion ?? ''
  }

  /** From now on statements go to this one. */
  arrive(driver: Driver): void {
    this.#driver = driver
  }

  pruneShards(on: boolean): void {
    this.#driver?.pruneShards?.(on)
  }

  async command(statement: Sql, settings?: Readonly<Record<string, string | number>>): Promise<void> {
    await this.#there().command(statement, settings)
  }

  async query<Row>(statement: Sql, options?: QueryOptions): Promise<QueryResult<Row>> {
    return await this.#there().query<Row>(statement, options)
  }

  async insertNative(insert: NativeInsert): Promise<void> {
    await this.#there().insertNative(insert)
  }

  async close(): Promise<void> {
    await this.#driver?.close()
  }

  #there(): Driver {
    if (this.#driver === undefined) throw this.problem
    return this.#driver
  }
}
