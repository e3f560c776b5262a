import { type Clock, systemClock } from '@clew/base/clock'
import { type Logger, silentLogger } from '@clew/base/logger'
import type { Consumer } from '@clew/otlp/consumer'
import { Backups } from './backup/backups.ts'
import { lockDataDirectory } from './data-lock.ts'
import type { Driver, QueryOptions, QueryResult } from './driver/driver.ts'
import { Leases } from './lease/leases.ts'
import { partsOnce } from './schema/layout.ts'
import { ShardWatch } from './schema/shard-watch.ts'
import { type OpenedDatabase, openDatabase } from './schema/open-database.ts'
import { KeyColumns } from './promote/key-columns.ts'
import type { PromotionPolicy } from './promote/policy.ts'
import { keySchema } from './promote/key-schema.ts'
import type { Sql } from './sql/sql.ts'
import { EdgeJob } from './write/edge-job.ts'
import { awaitDatabase } from './write/await-database.ts'
import { Ingester } from './write/ingester.ts'
import { storeStatus, type StoreStatus } from './write/store-status.ts'
import { makeWriteDirectories } from './write/write-directories.ts'

export interface StoreOptions {
  /** Folder of segments and, with `chdb`, of the database. One process at a time. */
  readonly dataDirectory: string
  /** `chdb`, or `clickhouse://user:password@host:8123/database`, with `?cluster=NAME` for the tables of a cluster. */
  readonly url: string
  /** Whole days that data is kept. */
  readonly retentionDays: number
  readonly clock?: Clock
  readonly logger?: Logger
  /** How old a segment gets before it is inserted; default 400 ms. */
  readonly segmentAgeMs?: number
  /** How big a segment gets; default 80 MiB. */
  readonly segmentBytes?: number
  /** Acknowledged bytes that may wait for the engine before batches are refused; default 1 GiB. */
  readonly maxWaitingBytes?: number
  /** How long a node that fell silent keeps the jobs that only one does; default one minute. The same for all nodes of a database. */
  readonly leaseTtlMs?: number
  /** When attribute keys get columns of their own; see `DEFAULT_PROMOTION`. */
  readonly promotion?: Partial<PromotionPolicy> & {
    /** How often the store looks after keys; default 30 s. */
    readonly checkEveryMs?: number
    /** How long a column outlives the decision to drop it; default two minutes. */
    readonly graceMs?: number
    /** How long a new column stays unused at least; default 30 s, with a server more than its longest insert. */
    readonly settleMs?: number
  }
}

/** Telemetry, stored. */
export interface Store {
  /** Takes batches; resolves when they survive a crash. */
  readonly consumer: Consumer
  /** The version is empty while the database has not been reached yet. */
  readonly engine: { readonly kind: Driver['kind']; readonly version: string }
  /** Reads; values only through the `sql` tag. */
  query<Row>(statement: Sql, options?: QueryOptions): Promise<QueryResult<Row>>
  /** Attribute keys with columns of their own: which, and what decides it. */
  readonly keys: KeyColumns
  /** The active parts (`system.parts`) for `FROM`: on a cluster those of all shards, without copies. */
  readonly parts: Sql
  /** The same for the columns of parts (`system.parts_columns`). */
  readonly partsColumns: Sql
  /** Backups of the store while it runs. */
  readonly backups: Pick<Backups, 'start' | 'get'>
  status(): StoreStatus
  /** Resolves when all that was acknowledged before is visible to queries. */
  flush(): Promise<void>
  /** Computes the service graph of all closed minutes now instead of within a quarter of a minute. */
  updateEdges(): Promise<void>
  /** Takes no more, stores what waits (for at most `timeoutMs`, default 10 s; the rest at the next start). */
  close(timeoutMs?: number): Promise<void>
}

const DEFAULT_SEGMENT_AGE_MS = 400
const DEFAULT_SEGMENT_BYTES = 80 << 20
const DEFAULT_MAX_WAITING_BYTES = 1 << 30
const DEFAULT_CLOSE_TIMEOUT_MS = 10_000
const CHECK_KEYS_EVERY_MS = 30_000
/** Longer than two looks and the longest query. */
const KEY_GRACE_MS = 120_000
/** Longer than an insert takes at most. */
const KEY_SETTLE_MS: Readonly<Record<Driver['kind'], number>> = { chdb: 30_000, clickhouse: 330_000 }
/** Bytes that may wait for the engine while old data gets columns. */
const BACKFILL_WAITING_BYTES = 64 << 20
const HOUR_MS = 3_600_000

/** Hot: ten uses in two days on a table of 200,000 rows. Cold: not used for a week. */
export const DEFAULT_PROMOTION: PromotionPolicy = {
  maxKeys: 16,
  minUses: 10,
  minRows: 200_000,
  coldMs: 7 * 24 * HOUR_MS,
  minAgeMs: HOUR_MS,
  maxValueBytes: 256,
}

/**
 * Opens the store: locks the directory, opens or migrates the database, takes over what a former process left behind. A ClickHouse
 * server that is away is waited for: until it is there, data is taken and kept, and questions fail with `STORE_UNREACHABLE`.
 * @throws ClewError DATA_DIR_IN_USE, STORE_URL, STORE_REFUSED, SCHEMA_TOO_NEW, STORE_LAYOUT, ENGINE_FAILED
 */
export async function openStore(options: StoreOptions): Promise<Store> {
  const unlock = await lockDataDirectory(options.dataDirectory)
  let database: OpenedDatabase | undefined
  try {
    const { clock = systemClock, logger = silentLogger } = options
    database = await openDatabase({ ...options, clock, logger })
    return await startStore(options, database, unlock)
  } catch (error) {
    await database?.driver.close()
    await unlock()
    throw error
  }
}

async function startStore(
  options: StoreOptions,
  { driver, arrival }: OpenedDatabase,
  unlock: () => Promise<void>,
): Promise<Store> {
  const logger = options.logger ?? silentLogger
  const clock = options.clock ?? systemClock
  const leases = new Leases({
    driver,
    clock,
    logger,
    alone: driver.kind === 'chdb',
    ...(options.leaseTtlMs === undefined ? {} : { ttlMs: options.leaseTtlMs }),
  })
  const ingester = new Ingester({
    driver,
    directories: makeWriteDirectories(options.dataDirectory),
    clock,
    logger,
    segmentAgeMs: options.segmentAgeMs ?? DEFAULT_SEGMENT_AGE_MS,
    segmentBytes: options.segmentBytes ?? DEFAULT_SEGMENT_BYTES,
    maxWaitingBytes: options.maxWaitingBytes ?? DEFAULT_MAX_WAITING_BYTES,
  })
  const recovered = await ingester.recover()
  if (recovered > 0) logger.info('storing what the last run had acknowledged but not stored', { segments: recovered })
  const shards = new ShardWatch({ driver, clock, logger, retentionDays: options.retentionDays })
  const edges = new EdgeJob({ driver, clock, logger, leases })
  const { checkEveryMs, graceMs, settleMs, ...policy } = options.promotion ?? {}
  const keys = new KeyColumns({
    driver,
    clock,
    logger,
    policy: { ...DEFAULT_PROMOTION, ...policy },
    checkEveryMs: checkEveryMs ?? CHECK_KEYS_EVERY_MS,
    graceMs: graceMs ?? KEY_GRACE_MS,
    settleMs: settleMs ?? KEY_SETTLE_MS[driver.kind],
    schema: keySchema(driver),
    runExclusively: async (job, work) => void (await leases.runExclusively(job, work)),
    mayBackfill: () => ingester.queuedBytes < BACKFILL_WAITING_BYTES,
  })
  const starts = [() => shards.start(), () => keys.start()]
  /** What was done before it failed is not done again. */
  const startJobs = async (): Promise<void> => {
    for (let start = starts[0]; start !== undefined; start = starts[0]) {
      await start()
      starts.shift()
    }
    edges.start()
  }
  if (arrival === undefined) await startJobs()
  else awaitDatabase(arrival, { ingester, clock, logger, startJobs })
  const backups = new Backups({ driver, clock, logger, flush: () => ingester.flush() })
  let closing: Promise<void> | undefined
  return {
    consumer: ingester,
    engine: {
      kind: driver.kind,
      get version() {
        return driver.engineVersion
      },
    },
    query: (statement, queryOptions) => driver.query(statement, queryOptions),
    keys,
    parts: partsOnce('parts', driver.cluster),
    partsColumns: partsOnce('parts_columns', driver.cluster),
    backups,
    status: () => storeStatus(ingester),
    flush: () => ingester.flush(),
    updateEdges: () => edges.catchUp(),
    close(timeoutMs = DEFAULT_CLOSE_TIMEOUT_MS) {
      closing ??= (async () => {
        arrival?.stop()
        await keys.stop()
        await backups.stop()
        await shards.stop()
        await edges.stop()
        await ingester.close(timeoutMs)
        await leases.close()
        await driver.close()
        await unlock()
      })()
      return closing
    },
  }
}
