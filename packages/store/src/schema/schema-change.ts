import type { Driver } from '../driver/driver.ts'
import { Sql } from '../sql/sql.ts'
import { onCluster, storageTable } from './layout.ts'
import type { Table } from './table.ts'

/** What a driver must be able to do for its schema to be changed. */
export type SchemaDriver = Pick<Driver, 'command' | 'cluster'>

/**
 * A change of one table, as clauses of `ALTER TABLE`. They must be such that running them twice does no harm (`IF NOT EXISTS`),
 * because a crash may come between. Text made by this package from checked names only.
 */
export interface TableChange {
  /** What changes columns (`ADD COLUMN`, `DROP COLUMN`, `MODIFY COLUMN`): done where the rows are, and then for readers. */
  readonly columns?: readonly string[]
  /** What concerns how rows are kept (indexes, settings, TTL, codecs, materializing): done where the rows are. */
  readonly storage?: readonly string[]
}

/** Settings of DDL: a server of the cluster that is down does it when it comes back, and nobody waits for that. */
const CLUSTER_DDL_SETTINGS = { distributed_ddl_output_mode: 'throw_only_active', distributed_ddl_task_timeout: 120 }

/**
 * Runs one statement of DDL that this package wrote.
 * @throws ClewError ENGINE_FAILED
 */
export async function runDdl(
  driver: SchemaDriver,
  statement: string,
  settings: Readonly<Record<string, string | number>> = {},
): Promise<void> {
  await driver.command(new Sql([statement], []), {
    ...(driver.cluster === undefined ? {} : CLUSTER_DDL_SETTINGS),
    ...settings,
  })
}

/** The statements of a change, in order. */
export function changeStatements(
  table: Pick<Table, 'name' | 'shardBy'>,
  change: TableChange,
  cluster: SchemaDriver['cluster'],
): string[] {
  const storage = storageTable(table, cluster)
  const columns = change.columns ?? []
  const where = onCluster(cluster)
  return [
    ...[...columns, ...(change.storage ?? [])].map((clause) => `ALTER TABLE ${storage}${where} ${clause}`),
    // Readers see a column only when every shard has it.
    ...(storage === table.name ? [] : columns.map((clause) => `ALTER TABLE ${table.name}${where} ${clause}`)),
  ]
}

/**
 * Changes a table, on all servers of a cluster: the one way in which a schema is changed once it is made.
 * @throws ClewError ENGINE_FAILED
 */
export async function changeTable(
  driver: SchemaDriver,
  table: Pick<Table, 'name' | 'shardBy'>,
  change: TableChange,
  settings: Readonly<Record<string, string | number>> = {},
): Promise<void> {
  for (const statement of changeStatements(table, change, driver.cluster)) await runDdl(driver, statement, settings)
}
