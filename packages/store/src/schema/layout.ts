import { ClewError } from '@clew/base/errors'
import type { ClusterPlace } from '../driver/driver.ts'
import { Sql, sql } from '../sql/sql.ts'
import type { Table } from './table.ts'

/*
 * On one server a table is a table. On a cluster it is two: `spans_local` holds the rows of a shard, replicated within the
 * shard, and `spans` is the Distributed table over all of them. Reads and inserts name the latter on both, so no
 * statement but DDL knows where it runs. Tables that are `everywhere` are one, replicated to every server.
 */

/** What stands behind the name of the table that holds the rows of a shard. */
const LOCAL_SUFFIX = '_local'
const CLUSTER_NAME = /^[A-Za-z_][A-Za-z0-9_.-]{0,62}$/

/** True for a name that may stand in DDL as the name of a cluster. */
export function isClusterName(name: string): boolean {
  return CLUSTER_NAME.test(name)
}

/** The table that holds rows: itself on one server, the part of a shard on a cluster. */
export function storageTable(table: Pick<Table, 'name' | 'shardBy'>, cluster: ClusterPlace | undefined): string {
  return cluster === undefined || table.shardBy === 'everywhere' ? table.name : `${table.name}${LOCAL_SUFFIX}`
}

/** The table a name stands for: `spans` for `spans` and for `spans_local`. */
export function logicalTable(name: string): string {
  return name.endsWith(LOCAL_SUFFIX) ? name.slice(0, -LOCAL_SUFFIX.length) : name
}

/** ` ON CLUSTER …` behind a table's name in DDL; nothing on one server. */
export function onCluster(cluster: ClusterPlace | undefined): string {
  if (cluster === undefined) return ''
  // Checked where it comes in; once more where it becomes text.
  if (!isClusterName(cluster.name)) throw new ClewError('STORE_URL', 'the name of the cluster is not usable')
  return ` ON CLUSTER \`${cluster.name}\``
}

/**
 * The engine of the table that holds rows. The path in Keeper names cluster, database and table rather than their UUID, so
 * that a server that joins later becomes a replica of the same table. `{shard}` and `{replica}` are macros of each server.
 */
export function storageEngine(
  table: Pick<Table, 'name' | 'engine' | 'versionColumn' | 'shardBy'>,
  cluster: ClusterPlace | undefined,
): string {
  const { versionColumn } = table
  if (cluster === undefined) return versionColumn === undefined ? table.engine : `${table.engine}(${versionColumn})`
  const version = versionColumn === undefined ? '' : `, ${versionColumn}`
  const path = `/clew/${cluster.name}/${cluster.database}/${table.name}`
  return table.shardBy === 'everywhere'
    ? `Replicated${table.engine}('${path}', '{shard}-{replica}'${version})`
    : `Replicated${table.engine}('${path}/{shard}', '{replica}'${version})`
}

/** The engine of the table over all shards. */
export function distributedEngine(table: Pick<Table, 'name' | 'shardBy'>, cluster: ClusterPlace): string {
  return `Distributed('${cluster.name}', '${cluster.database}', '${table.name}${LOCAL_SUFFIX}', ${table.shardBy})`
}

/**
 * A table of `system` (parts, mutations, …) with the rows of all servers, for `FROM`. On a cluster its rows name the tables that hold rows
 * (`logicalTable` gives the name everybody uses), and replicas count one by one. The statement fails while one of them does not answer.
 */
export function systemTable(
  name: 'parts' | 'parts_columns' | 'mutations' | 'tables' | 'columns' | 'one',
  cluster: ClusterPlace | undefined,
): Sql {
  return new Sql(
    [cluster === undefined ? `system.${name}` : `clusterAllReplicas('${cluster.name}', system.${name})`],
    [],
  )
}

/**
 * The active parts of the database (or their columns) on one replica of each shard, for `FROM`: what is stored, without its copies.
 * On a cluster the rows name the tables that hold rows, as those of `systemTable`.
 */
export function partsOnce(name: 'parts' | 'parts_columns', cluster: ClusterPlace | undefined): Sql {
  const list = new Sql([cluster === undefined ? `system.${name}` : `cluster('${cluster.name}', system.${name})`], [])
  return sql`(SELECT * FROM ${list} WHERE active AND database = ${databaseName(cluster)})`
}

/** The name of the database. Other servers are asked by a connection for which another one is current: they are told the name. */
export function databaseName(cluster: ClusterPlace | undefined): Sql {
  return cluster === undefined ? sql`currentDatabase()` : sql`${cluster.database}`
}
