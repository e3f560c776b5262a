import type { Driver } from '../driver/driver.ts'
import { sql, textsParameter } from '../sql/sql.ts'
import { materializeDdl } from './promoted-ddl.ts'
import { columnsOf, KEY_PLACES, type PromotedKey } from './promoted-key.ts'
import type { RunDdl } from './run-ddl.ts'

/** How much of a table has the columns of a key. */
export interface BackfillProgress {
  readonly totalRows: number
  readonly rowsWithout: number
  /** Partitions with rows that lack them, newest first. */
  readonly partitionsWithout: readonly string[]
}

interface PartitionRow {
  readonly partitionId: string
  readonly totalRows: string
  readonly rowsWithout: string
}

/** Reads from the list of parts how far the columns of a key are. That list is the only state a backfill has. */
export async function backfillProgress(driver: Pick<Driver, 'query'>, promoted: PromotedKey): Promise<BackfillProgress> {
  const { table } = KEY_PLACES[promoted.level]
  const columns = columnsOf(promoted)
  const { rows } = await driver.query<PartitionRow>(
    sql`SELECT partition_id AS partitionId, sum(rows) AS totalRows,
  sumIf(rows, name NOT IN (SELECT name FROM system.parts_columns
    WHERE database = currentDatabase() AND table = ${table} AND active AND column IN ${textsParameter(columns)}
    GROUP BY name HAVING uniqExact(column) = ${columns.length})) AS rowsWithout
FROM system.parts WHERE database = currentDatabase() AND table = ${table} AND active
GROUP BY partitionId ORDER BY partitionId DESC`,
    { maxExecutionMs: 10_000 },
  )
  const sum = (of: (row: PartitionRow) => string): number => rows.reduce((total, row) => total + Number(of(row)), 0)
  return {
    totalRows: sum((row) => row.totalRows),
    rowsWithout: sum((row) => row.rowsWithout),
    partitionsWithout: rows.filter((row) => row.rowsWithout !== '0').map((row) => row.partitionId),
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
export async function backfillStep(promoted: readonly PromotedKey[], options: BackfillOptions): Promise<'done' | 'running' | 'waiting'> {
  const running = await runningBackfills(options.driver)
  if (running.length > 0) {
    if (options.mayRun()) return 'running'
    for (const table of running) await options.runDdl(giveUpBackfill(table))
    return 'waiting'
  }
  for (const key of promoted) {
    if (key.retiringSinceMillis !== undefined) continue
    const { partitionsWithout } = await backfillProgress(options.driver, key)
    const [newest] = partitionsWithout
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
