import type { Driver } from '../driver/driver.ts'
import { sql } from '../sql/sql.ts'
import { materializeDdl } from './promoted-ddl.ts'
import { columnsOf, KEY_PLACES, type PromotedKey } from './promoted-key.ts'
import type { RunDdl } from './run-ddl.ts'

/** How much of a table has the columns of a key. */
export interface Coverage {
  readonly totalRows: number
  readonly rowsWithout: number
  /** Partitions with rows that lack them, newest first. */
  readonly partitionsWithout: readonly string[]
}

interface PartRow {
  readonly tableName: string
  readonly partitionId: string
  readonly n: string
  readonly columns: readonly string[]
}

/**
 * Reads from the list of parts how far the columns of keys are; by column name. That list is the only state a backfill has.
 * A part that is replaced while it is being read counts as lacking them.
 */
export async function readCoverage(
  driver: Pick<Driver, 'query'>,
  promoted: readonly PromotedKey[],
): Promise<Map<string, Coverage>> {
  if (promoted.length === 0) return new Map()
  const { rows } = await driver.query<PartRow>(
    sql`SELECT part.table AS tableName, part.partition_id AS partitionId, sum(part.rows) AS n, has.columns AS columns
FROM (SELECT table, partition_id, name, rows FROM system.parts
  WHERE database = currentDatabase() AND active AND table IN ('spans', 'logs')) AS part
LEFT JOIN (SELECT table, name, arraySort(groupUniqArray(column)) AS columns FROM system.parts_columns
  WHERE database = currentDatabase() AND active AND table IN ('spans', 'logs') AND startsWith(column, 'p_')
  GROUP BY table, name) AS has ON part.table = has.table AND part.name = has.name
GROUP BY tableName, partitionId, columns ORDER BY partitionId DESC`,
    { maxExecutionMs: 10_000 },
  )
  return new Map(promoted.map((key) => [key.column, coverageOf(key, rows)]))
}

function coverageOf(key: PromotedKey, rows: readonly PartRow[]): Coverage {
  const here = rows.filter((row) => row.tableName === KEY_PLACES[key.level].table)
  const without = here.filter((row) => columnsOf(key).some((column) => !row.columns.includes(column)))
  const sum = (list: readonly PartRow[]): number => list.reduce((total, row) => total + Number(row.n), 0)
  return {
    totalRows: sum(here),
    rowsWithout: sum(without),
    partitionsWithout: [...new Set(without.map((row) => row.partitionId))],
  }
}

export interface BackfillOptions {
  readonly driver: Pick<Driver, 'query'>
  readonly runDdl: RunDdl
  /** False while inserts wait: then nothing is begun, and what runs is given up for now. */
  readonly mayRun: () => boolean
}

/**
 * One step of the backfill: one partition of one key at a time, newest data first. The engine does the work in its merge
 * threads, part by part; parts that were done stay done when the step is given up or the process is killed.
 */
export async function backfillStep(
  promoted: readonly PromotedKey[],
  options: BackfillOptions,
): Promise<'done' | 'running' | 'waiting'> {
  const running = await runningBackfills(options.driver)
  if (running.length > 0) {
    if (options.mayRun()) return 'running'
    for (const table of running) await options.runDdl(giveUpBackfill(table))
    return 'waiting'
  }
  const coverage = await readCoverage(options.driver, promoted)
  for (const key of promoted) {
    const newest = coverage.get(key.column)?.partitionsWithout[0]
    if (newest === undefined) continue
    if (!options.mayRun()) return 'waiting'
    await options.runDdl(materializeDdl(key, newest))
    return 'running'
  }
  return 'done'
}

/** Tables in which columns are being written. */
async function runningBackfills(driver: Pick<Driver, 'query'>): Promise<string[]> {
  const { rows } = await driver.query<{ tableName: string }>(
    sql`SELECT DISTINCT table AS tableName FROM system.mutations
WHERE database = currentDatabase() AND table IN ('spans', 'logs') AND NOT is_done AND command LIKE '%MATERIALIZE COLUMN p\\_%'`,
    { maxExecutionMs: 10_000 },
  )
  return rows.map((row) => row.tableName)
}

function giveUpBackfill(table: string) {
  return sql`KILL MUTATION WHERE database = currentDatabase() AND table = ${table} AND command LIKE '%MATERIALIZE COLUMN p\\_%'`
}
