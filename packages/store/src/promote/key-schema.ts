import { ClewError } from '@clew/base/errors'
import { onCluster } from '../schema/layout.ts'
import { changeTable, runDdl, type SchemaDriver, type TableChange } from '../schema/schema-change.ts'
import { LOGS } from '../schema/tables/logs.ts'
import { SPANS } from '../schema/tables/spans.ts'

/** Tables whose keys can have columns. */
export type KeyTableName = 'spans' | 'logs'

/** The engine's background threads do the work: statements return when the engine knows of it. */
const IN_BACKGROUND = { alter_sync: 0, mutations_sync: 0 }

/** Changes the schema for promoted keys, on all servers that have the tables. */
export interface KeySchema {
  change(table: KeyTableName, change: TableChange): Promise<void>
  /** Withdraws what is still to be done of backfills; parts that were done stay done. */
  giveUpBackfills(): Promise<void>
}

/** Runs work that only one process per database may do at a time; does nothing when another one is doing it. */
export type RunExclusively = (job: string, work: () => Promise<void>) => Promise<void>

/** The schema behind a driver: one server, or a cluster. */
export function keySchema(driver: SchemaDriver): KeySchema {
  return {
    async change(name, change) {
      await changeTable(driver, name === 'spans' ? SPANS : LOGS, change, IN_BACKGROUND)
    },
    async giveUpBackfills() {
      await runDdl(
        driver,
        `KILL MUTATION${onCluster(driver.cluster)} WHERE database = ${databaseText(driver.cluster)} AND position(command, 'MATERIALIZE') > 0 AND position(command, ' p_') > 0`,
      )
    },
  }
}

/** The database as text of DDL, which has no parameters. On other servers of the cluster another one may be current. */
function databaseText(cluster: SchemaDriver['cluster']): string {
  if (cluster === undefined) return 'currentDatabase()'
  if (!/^\w+$/.test(cluster.database)) throw new ClewError('STORE_URL', 'the name of the database is not usable')
  return `'${cluster.database}'`
}
