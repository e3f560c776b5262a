import { ClewError } from '@clew/base/errors'
import type { Driver } from '../driver/driver.ts'
import { databaseName, logicalTable, storageTable, systemTable } from '../schema/layout.ts'
import { LOGS } from '../schema/tables/logs.ts'
import { SPANS } from '../schema/tables/spans.ts'
import { sql, type Sql } from '../sql/sql.ts'
import { materialize } from './promoted-ddl.ts'
import { columnsOf, KEY_PLACES, type PromotedKey } from './promoted-key.ts'
import type { KeySchema } from './key-schema.ts'

/** How much of a table has the columns of a key. */
export interface Coverage {
  readonly totalRows: number
  readonly rowsWithout: number
  /** Partitions with rows that lack them, newest first. */
  readonly partitionsWithout: readonly string[]
}

interface ColumnRow {
  readonly tableName: string
  readonly partitionId: string
  readonly columnName: string
  readonly n: string
}

/** A column that every part has: what it has rows of is all there is. */
const EVERY_PART_HAS = 'Day'

/**
 * Reads from the list of columns of all parts, on all servers, how far the columns of keys are; by column name. That list is the
 * only state a backfill has. On a cluster every replica counts.
 */
export async function readCoverage(
  driver: Pick<Driver, 'query' | 'cluster'>,
  promoted: readonly PromotedKey[],
): Promise<Map<string, Coverage>> {
  if (promoted.length === 0) return new Map()
  const { rows } = await driver.query<ColumnRow>(
    sql`SELECT table AS tableName, partition_id AS partitionId, column AS columnName, sum(rows) AS n
FROM ${systemTable('parts_columns', driver.cluster)}
WHERE database = ${databaseName(driver.cluster)} AND active AND table IN ${storageTables(driver.cluster)}
  AND (column = ${EVERY_PART_HAS} OR startsWith(column, 'p_'))
GROUP BY tableName, partitionId, columnName ORDER BY partitionId DESC`,
    { maxExecutionMs: 10_000 },
  )
  return new Map(promoted.map((key) => [key.column, coverageOf(key, rows)]))
}

function coverageOf(key: PromotedKey, rows: readonly ColumnRow[]): Coverage {
  const here = rows.filter((row) => logicalTable(row.tableName) === KEY_PLACES[key.level].table)
  const rowsOf = (partition: string, column: string): number =>
    here
      .filter((row) => row.partitionId === partition && row.columnName === column)
      .reduce((sum, row) => sum + Number(row.n), 0)
  const partitions = [...new Set(here.map((row) => row.partitionId))].map((id) => {
    const total = rowsOf(id, EVERY_PART_HAS)
    return { id, total, without: total - Math.min(...columnsOf(key).map((column) => rowsOf(id, column))) }
  })
  return {
    totalRows: partitions.reduce((sum, { total }) => sum + total, 0),
    rowsWithout: partitions.reduce((sum, { without }) => sum + without, 0),
    partitionsWithout: partitions.filter(({ without }) => without > 0).map(({ id }) => id),
  }
}

export interface BackfillOptions {
  readonly driver: Pick<Driver, 'query' | 'cluster'>
  readonly schema: KeySchema
  /** False while inserts wait: then nothing is begun, and what runs is given up for now. */
  readonly mayRun: () => boolean
}

/**
 * One step of the backfill, on all shards and their replicas: one partition of one table at a time, newest data first, for all keys that lack columns there.
 * The engine does the work in its merge threads, part by part; parts that were done stay done when the step is given up or
 * the process is killed.
 * @throws ClewError BACKFILL_FAILS when the engine tries in vain
 */
export async function backfillStep(
  promoted: readonly PromotedKey[],
  options: BackfillOptions,
): Promise<'done' | 'running' | 'waiting'> {
  const { running, failure } = await readMutations(options.driver)
  if (running) {
    if (!options.mayRun()) {
      await options.schema.giveUpBackfills()
      return 'waiting'
    }
    if (failure !== '') throw new ClewError('BACKFILL_FAILS', `columns of keys cannot be filled in: ${failure}`)
    return 'running'
  }
  const coverage = await readCoverage(options.driver, promoted)
  for (const first of promoted) {
    const newest = coverage.get(first.column)?.partitionsWithout[0]
    if (newest === undefined) continue
    if (!options.mayRun()) return 'waiting'
    const { table } = KEY_PLACES[first.level]
    const lacking = promoted.filter(
      (key) =>
        KEY_PLACES[key.level].table === table && coverage.get(key.column)?.partitionsWithout.includes(newest) === true,
    )
    await options.schema.change(table, materialize(lacking, newest))
    return 'running'
  }
  return 'done'
}

/** What the engine has been told to do and has not done, on any server; why it fails, when it does. */
async function readMutations(driver: BackfillOptions['driver']): Promise<{ running: boolean; failure: string }> {
  const { rows } = await driver.query<{ n: string; failure: string }>(
    sql`SELECT count() AS n, anyIf(latest_fail_reason, latest_fail_reason != '') AS failure FROM ${systemTable('mutations', driver.cluster)}
WHERE database = ${databaseName(driver.cluster)} AND table IN ${storageTables(driver.cluster)} AND NOT is_done
  AND position(command, 'MATERIALIZE') > 0 AND position(command, ' p_') > 0`,
    { maxExecutionMs: 10_000 },
  )
  return { running: rows[0]?.n !== '0', failure: rows[0]?.failure ?? '' }
}

/** Names of the tables that hold the rows, for IN. */
export function storageTables(cluster: Driver['cluster']): Sql {
  const [spans, logs] = [SPANS, LOGS].map((table) => storageTable(table, cluster))
  return sql`(${spans!}, ${logs!})`
}
