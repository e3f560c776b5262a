import type { Sql } from '../sql/sql.ts'

/** Limits of one read. */
export interface QueryOptions {
  /** The engine stops the query after this time. Whoever asks gets QUERY_TIMEOUT soon after, also from an engine that hangs. */
  readonly maxExecutionMs?: number
  /** The engine stops reading after so many uncompressed bytes. */
  readonly maxBytesToRead?: number
  /** The engine stops reading after so many rows; with `throw` it fails before it reads when its index tells that it is more. */
  readonly maxRowsToRead?: number
  /**
   * What happens at a limit: `throw` (default) fails with ClewError QUERY_TIMEOUT or QUERY_TOO_BIG; `break` gives what was found
   * until then, with `complete` false.
   */
  readonly onLimit?: 'throw' | 'break'
  /** Cancels the query in the engine. */
  readonly abort?: AbortSignal
  /** Memory the engine may use for it; without it the server's own limit holds. */
  readonly maxMemoryBytes?: number
  /** Threads the engine may use for it. */
  readonly maxThreads?: number
  /**
   * On a cluster: every subquery of the statement that is not `GLOBAL` concerns rows of the same shard only (the same trace, the same
   * series), so that each shard answers it for itself. Without it subqueries are answered once, for all shards: always right,
   * but their answer travels.
   */
  readonly colocated?: boolean
}

export interface QueryStatistics {
  readonly rowsRead: number
  readonly bytesRead: number
  readonly elapsedMs: number
}

/**
 * Rows as objects. 64-bit integers come as decimal strings, doubles as numbers or as the strings `nan`, `inf`, `-inf`; bytes of
 * FixedString come as text and are better selected as `hex(…)`.
 */
export interface QueryResult<Row> {
  readonly rows: Row[]
  readonly statistics: QueryStatistics
  /** False when a limit cut the read short (`onLimit: 'break'`). */
  readonly complete: boolean
}

/** One table's part of a segment. */
export interface NativeInsert {
  readonly table: string
  readonly columns: readonly string[]
  /** A file with one Native block. */
  readonly file: string
  /** A second insert with the same token changes nothing. */
  readonly token: string
}

/** The cluster that holds the tables: the name that its servers know it by, and the database that is on each of them. */
export interface ClusterPlace {
  readonly name: string
  readonly database: string
}

/** How the engine names what a backup is made of and where it goes. */
export interface BackupAddress {
  readonly database: string
  /** Where a backup of a (checked) name goes, as SQL. */
  target(name: string): string
  /** The same for people. */
  place(name: string): string
}

/**
 * The database behind the store: reads, inserts, DDL. Inserts never wait for queries. Implementations must be safe to call
 * concurrently, and must throw ClewError.
 */
export interface Driver {
  readonly kind: 'chdb' | 'clickhouse'
  /** Version of the engine, for people. */
  readonly engineVersion: string
  /** Undefined when all tables are on one server. */
  readonly cluster?: ClusterPlace | undefined
  readonly backup: BackupAddress
  /** On a cluster: whether reads with a condition on the sharding key may leave out the other shards. */
  pruneShards?(on: boolean): void
  /** Runs a statement that this package wrote (DDL, jobs); no values inside. */
  command(statement: Sql, settings?: Readonly<Record<string, string | number>>): Promise<void>
  query<Row>(statement: Sql, options?: QueryOptions): Promise<QueryResult<Row>>
  insertNative(insert: NativeInsert): Promise<void>
  close(): Promise<void>
}

/**
 * Settings of every read. Both defaults of the engine are made for reading much; here most questions want the first few
 * rows in the order of the table, or the few granules that an index leaves over (docs/performance.md).
 */
export const READ_SETTINGS: Readonly<Record<string, string | number>> = {
  // Reading in order stops at the limit instead of filling a buffer for every part first.
  read_in_order_use_buffering: 0,
  // Of parts that follow each other in time only the first that are needed are read.
  read_in_order_use_virtual_row: 1,
  // Skip indexes are asked before anything is read, not along the way: that leaves out parameters in lists.
  use_skip_indexes_on_data_read: 0,
}

/** Settings of every statement that is no read and no insert of a segment. */
export const COMMAND_SETTINGS: Readonly<Record<string, string | number>> = {
  // A dictionary of numbers (ports, ids of resources) is what the engine warns of; here it takes an eighth of the column.
  allow_suspicious_low_cardinality_types: 1,
}

/** Settings that every insert of a segment needs, so that a replay changes nothing: one block, one token. */
export const INSERT_SETTINGS: Readonly<Record<string, string | number>> = {
  insert_deduplicate: 1,
  deduplicate_insert_select: 'force_enable',
  max_insert_threads: 1,
  max_threads: 1,
  max_insert_block_size: 100_000_000,
  min_insert_block_size_rows: 100_000_000,
  min_insert_block_size_bytes: 0,
  max_insert_block_size_bytes: 0,
  max_partitions_per_insert_block: 0,
}
