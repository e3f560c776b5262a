import type { Column, Table } from './table.ts'
import type { TableSettings } from './tuning.ts'

/** How many tokens of past inserts the engine remembers per table: far more than can be waiting for a replay. */
const DEDUPLICATION_WINDOW = 1000

export interface DdlOptions {
  readonly retentionDays: number
}

/** A string literal for DDL made from constants of this package; never for values that come from outside. */
function literal(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
}

function columnDdl(column: Column): string {
  const alias = column.alias === undefined ? '' : ` ALIAS ${column.alias}`
  const codec = column.codec === undefined ? '' : ` CODEC(${column.codec})`
  return `${column.name} ${column.type}${alias} COMMENT ${literal(column.comment)}${codec}`
}

/** The retention clause. One day more than asked: a day is dropped when all of it is too old. */
export function ttlExpression(retentionDays: number): string {
  if (!Number.isSafeInteger(retentionDays) || retentionDays < 1)
    throw new RangeError('retentionDays must be at least 1')
  return `Day + toIntervalDay(${retentionDays + 1})`
}

/** `CREATE TABLE IF NOT EXISTS` for one table. `tuning` goes to its settings. */
export function createTableDdl(table: Table, options: DdlOptions, tuning: TableSettings): string {
  const lines = table.columns.map(columnDdl)
  for (const index of table.indexes ?? []) {
    const granularity = index.granularity === undefined ? '' : ` GRANULARITY ${index.granularity}`
    lines.push(`INDEX ${index.name} ${index.expression} TYPE ${index.type}${granularity}`)
  }
  // The segment is deleted after the insert, so the part must survive a power cut by then.
  const settings = [
    `non_replicated_deduplication_window = ${DEDUPLICATION_WINDOW}`,
    'fsync_after_insert = 1',
    'fsync_part_directory = 1',
    ...tuning,
  ]
  if (table.expires) settings.push('ttl_only_drop_parts = 1')
  if (table.indexGranularity !== undefined) settings.push(`index_granularity = ${table.indexGranularity}`)
  return [
    `CREATE TABLE IF NOT EXISTS ${table.name}`,
    `(\n  ${lines.join(',\n  ')}\n)`,
    `ENGINE = ${table.engine}`,
    ...(table.expires ? ['PARTITION BY Day'] : []),
    `ORDER BY (${table.orderBy.join(', ')})`,
    ...(table.expires ? [`TTL ${ttlExpression(options.retentionDays)}`] : []),
    `SETTINGS ${settings.join(', ')}`,
    `COMMENT ${literal(table.comment)}`,
  ].join('\n')
}
