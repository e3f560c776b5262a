/** One column: its ClickHouse type is also the type the ingester writes in Native blocks. */
export interface Column {
  readonly name: string
  readonly type: string
  /** Compression; the engine's default when absent. */
  readonly codec?: string
  readonly comment: string
  /** Nothing is stored: the engine computes the column from others. */
  readonly alias?: string
}

/** A skip index in the engine's own words. */
export interface SkipIndex {
  readonly name: string
  readonly expression: string
  readonly type: string
  readonly granularity?: number
}

/** A table as data: the DDL, the writer, the query builder and the reference page are made from it. */
export interface Table {
  readonly name: string
  readonly comment: string
  readonly engine: 'MergeTree' | 'AggregatingMergeTree' | 'ReplacingMergeTree'
  /** Of rows with the same key, a ReplacingMergeTree keeps the one that has most in this column (the last inserted when absent). */
  readonly versionColumn?: string
  readonly columns: readonly Column[]
  readonly orderBy: readonly string[]
  readonly indexes?: readonly SkipIndex[]
  /** Rows of a granule, what is read at least; the engine's 8192 unless told. */
  readonly indexGranularity?: number
  /** True for tables partitioned by `Day` whose rows leave with the retention time. */
  readonly expires: boolean
  /**
   * On a cluster, an integer expression over the columns that says which shard a row is on; rows that are joined or merged with each
   * other must have the same. `everywhere` for small tables of which every server has all rows.
   */
  readonly shardBy: string
}

/** The partition and retention column every expiring table has. */
export const DAY_COLUMN: Column = {
  name: 'Day',
  type: 'Date',
  codec: 'ZSTD(1)',
  comment:
    'Partition: UTC day of the row, clamped to one day around its arrival, so that absurd clocks make no partitions and late data is not expired on arrival. Never filter by it: time bounds go on the time columns',
}

const ATTRIBUTE_MAP = 'Map(LowCardinality(String), String)'

/** The map that holds the attributes that are not in a promoted column (value form: schema/attribute-value.ts). */
export function attributeColumn(name: string, comment: string): Column {
  return { name, type: ATTRIBUTE_MAP, codec: 'ZSTD(1)', comment }
}
