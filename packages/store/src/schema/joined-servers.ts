import { ClewError } from '@clew/base/errors'
import type { ClusterPlace, Driver } from '../driver/driver.ts'
import { sql, textsParameter } from '../sql/sql.ts'
import { onCluster, systemTable } from './layout.ts'
import { runDdl } from './schema-change.ts'

/** Tables that a server of the cluster lacks, because it joined later. Servers that are down are asked at another start. */
export async function missingTables(driver: Pick<Driver, 'query' | 'cluster'>): Promise<string[]> {
  const { cluster } = driver
  if (cluster === undefined) return []
  const { rows } = await driver.query<{ name: string }>(
    sql`SELECT name FROM (SELECT name, count() AS servers FROM ${systemTable('tables', cluster)} WHERE database = ${cluster.database} GROUP BY name)
      WHERE servers < (SELECT count() FROM ${systemTable('one', cluster)}) SETTINGS skip_unavailable_shards = 1`,
  )
  return rows.map((row) => row.name)
}

/**
 * Makes tables on the servers that lack them as they are on the others, with the columns that were added since: a replica must
 * be like those it joins.
 * @throws ClewError ENGINE_FAILED
 */
export async function makeMissingTables(driver: Pick<Driver, 'query' | 'command' | 'cluster'>): Promise<void> {
  const { cluster } = driver
  const missing = await missingTables(driver)
  if (cluster === undefined || missing.length === 0) return
  const { rows } = await driver.query<{ ddl: string }>(
    sql`SELECT any(create_table_query) AS ddl FROM ${systemTable('tables', cluster)}
      WHERE database = ${cluster.database} AND name IN ${textsParameter(missing)} GROUP BY name, engine
      ORDER BY engine = 'Distributed' SETTINGS skip_unavailable_shards = 1`,
  )
  for (const { ddl } of rows) await runDdl(driver, onAllServers(ddl, cluster))
}

/** A statement from `system.tables.create_table_query`, for all servers of the cluster that do not have the table. */
export function onAllServers(ddl: string, cluster: ClusterPlace): string {
  const match = /^CREATE TABLE (\S+) \(/.exec(ddl)
  if (match === null) throw new ClewError('ENGINE_FAILED', 'a table of the cluster is described in an unknown way')
  return `CREATE TABLE IF NOT EXISTS ${match[1]}${onCluster(cluster)} (${ddl.slice(match[0].length)}`
}
