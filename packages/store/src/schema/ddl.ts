import type { ClusterPlace } from '../driver/driver.ts'
import { distributedEngine, onCluster, storageEngine, storageTable } from './layout.ts'
import type { Column, Table } from './table.ts'
import type { TableSettings } from './tuning.ts'

/** How many tokens of past inserts the engine remembers per table: far more than can be waiting for a replay. */
const DEDUPLICATION_WINDOW = 1000
/** The same for a shard, where the inserts of all nodes count: they are kept in Keeper, so not for ever. */
const CLUSTER_DEDUPLICATION_WINDOW = 10_000
const CLUSTER_DEDUPLICATION_SECONDS = 7 * 86_400

export interface DdlOptions {
  readonly retentionDays: number
}

/** A string literal for DDL made from constants of this package; never for values that come from outside. */
function literal(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
}

/** The column without what concerns its storage. */
function columnDeclaration(column: Column): string {
  const alias = column.alias === undefined ? '' : ` ALIAS ${column.alias}`
  return `${column.name} ${column.type}${alias} COMMENT ${literal(column.comment)}`
}

function columnDdl(column: Column): string {
  return `${columnDeclaration(column)}${column.codec === undefined ? '' : ` CODEC(${column.codec})`}`
}

/** The retention clause. One day more than asked: a day is dropped when all of it is too old. */
export function ttlExpression(retentionDays: number): string {
  if (!Number.isSafeInteger(retentionDays) || retentionDays < 1)
    throw new RangeError('retentionDays must be at least 1')
  return `Day + toIntervalDay(${retentionDays + 1})`
}

/**
 * `CREATE TABLE IF NOT EXISTS` for one table: on a cluster for the one that holds the rows, and for the one over all shards.
 * `tuning` goes to the settings.
 */
export function createTableStatements(
  table: Table,
  options: DdlOptions,
  tuning: TableSettings,
  cluster: ClusterPlace | undefined,
): string[] {
  const lines = table.columns.map(columnDdl)
  for (const index of table.indexes ?? []) {
    const granularity = index.granularity === undefined ? '' : ` GRANULARITY ${index.granularity}`
    lines.push(`INDEX ${index.name} ${index.expression} TYPE ${index.type}${granularity}`)
  }
  const storage = [
    `CREATE TABLE IF NOT EXISTS ${storageTable(table, cluster)}${onCluster(cluster)}`,
    `(\n  ${lines.join(',\n  ')}\n)`,
    `ENGINE = ${storageEngine(table, cluster)}`,
    ...(table.expires ? ['PARTITION BY Day'] : []),
    `ORDER BY (${table.orderBy.join(', ')})`,
    ...(table.expires ? [`TTL ${ttlExpression(options.retentionDays)}`] : []),
    `SETTINGS ${tableSettings(table, tuning, cluster).join(', ')}`,
    `COMMENT ${literal(table.comment)}`,
  ].join('\n')
  if (cluster === undefined || table.shardBy === 'everywhere') return [storage]
  const distributed = [
    `CREATE TABLE IF NOT EXISTS ${table.name}${onCluster(cluster)}`,
    `(\n  ${table.columns.map(columnDeclaration).join(',\n  ')}\n)`,
    `ENGINE = ${distributedEngine(table, cluster)}`,
    `COMMENT ${literal(table.comment)}`,
  ].join('\n')
  return [storage, distributed]
}

function tableSettings(table: Table, tuning: TableSettings, cluster: ClusterPlace | undefined): string[] {
  const window =
    cluster === undefined
      ? [`non_replicated_deduplication_window = ${DEDUPLICATION_WINDOW}`]
      : [
          `replicated_deduplication_window = ${CLUSTER_DEDUPLICATION_WINDOW}`,
          `replicated_deduplication_window_seconds = ${CLUSTER_DEDUPLICATION_SECONDS}`,
        ]
  return [
    ...window,
    // The segment is deleted after the insert, so the part must survive a power cut by then.
    'fsync_after_insert = 1',
    'fsync_part_directory = 1',
    ...tuning,
    ...(table.expires ? ['ttl_only_drop_parts = 1'] : []),
    ...(table.indexGranularity === undefined ? [] : [`index_granularity = ${table.indexGranularity}`]),
  ]
}
