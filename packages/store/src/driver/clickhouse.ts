import { createReadStream } from 'node:fs'
import { ClewError } from '@clew/base/errors'
import { type ClickHouseClient, ClickHouseLogLevel, createClient } from '@clickhouse/client'
import { compileSql, type Parameter, type Sql } from '../sql/sql.ts'
import { onCluster } from '../schema/layout.ts'
import type { ClickHouseConfig } from './clickhouse-url.ts'
import { CLUSTER_READS, clusterInserts, COLOCATED } from './cluster-settings.ts'
import { startDeadline } from './deadline.ts'
import {
  type BackupAddress,
  type ClusterPlace,
  COMMAND_SETTINGS,
  type Driver,
  INSERT_SETTINGS,
  type NativeInsert,
  type QueryOptions,
  type QueryResult,
  READ_SETTINGS,
} from './driver.ts'
import { checkCluster, checkVersion } from './clickhouse-checks.ts'
import { engineError } from './engine-error.ts'
import { limitSettings, OUTPUT_SETTINGS, parseResult } from './result-json.ts'

const REQUEST_TIMEOUT_MS = 300_000

/** The disk of the servers that backups go to (`backups.allowed_disk` there). */
const BACKUP_DISK = 'backups'

/**
 * A ClickHouse server over HTTP. Makes the database when it does not exist.
 * @throws ClewError STORE_UNREACHABLE, ENGINE_FAILED
 */
export async function openClickHouse(config: ClickHouseConfig): Promise<Driver> {
  const connect = (database: string): ClickHouseClient =>
    createClient({
      url: config.url,
      username: config.username,
      password: config.password,
      database,
      application: 'clew',
      request_timeout: REQUEST_TIMEOUT_MS,
      max_open_connections: 16,
      compression: { response: true, request: false },
      // Errors reach the caller, who says what they mean.
      log: { level: ClickHouseLogLevel.OFF },
    })
  const cluster = config.cluster === undefined ? undefined : { name: config.cluster, database: config.database }
  const first = connect('default')
  try {
    if (cluster !== undefined) await checkCluster(first, cluster.name)
    await first.command({ query: `CREATE DATABASE IF NOT EXISTS ${config.database}${onCluster(cluster)}` })
  } catch (error) {
    if (error instanceof ClewError) throw error
    throw new ClewError('STORE_UNREACHABLE', `the ClickHouse server at ${config.url} does not answer as it should`, {
      fix: 'check address, user and password of --store',
      cause: error,
    })
  } finally {
    await first.close()
  }
  const client = connect(config.database)
  try {
    const answer = await client.query({ query: 'SELECT version() AS version', format: 'JSONEachRow' })
    const version = (await answer.json<{ version: string }>())[0]?.version ?? '0'
    checkVersion(version)
    const names = await client.query({ query: 'SELECT name FROM system.settings', format: 'JSONEachRow' })
    const known = new Set((await names.json<{ name: string }>()).map((row) => row.name))
    return new ClickHouseDriver(client, version, known, config)
  } catch (error) {
    await client.close()
    throw error instanceof ClewError ? error : engineError(error, 'asking the server for its version failed')
  }
}

/** Parameters as the client sends them: arrays as arrays of hex texts, all else as text. */
function queryParams(parameters: ReadonlyMap<string, Parameter>): Record<string, unknown> {
  return Object.fromEntries([...parameters].map(([name, parameter]) => [name, parameter.encoded]))
}

class ClickHouseDriver implements Driver {
  readonly kind = 'clickhouse'
  readonly engineVersion: string
  readonly cluster: ClusterPlace | undefined
  readonly backup: BackupAddress
  private readonly client: ClickHouseClient
  private readonly knownSettings: ReadonlySet<string>
  private clusterReads: Readonly<Record<string, string | number>>
  private readonly clusterInserts: Readonly<Record<string, string | number>>

  constructor(
    client: ClickHouseClient,
    engineVersion: string,
    knownSettings: ReadonlySet<string>,
    { cluster, database, quorum }: ClickHouseConfig,
  ) {
    this.client = client
    this.engineVersion = engineVersion
    this.knownSettings = knownSettings
    this.cluster = cluster === undefined ? undefined : { name: cluster, database }
    this.backup = {
      database,
      target: (name) => `Disk('${BACKUP_DISK}', '${name}')`,
      place: (name) => `${name} on the disk ${BACKUP_DISK} of the ClickHouse servers`,
    }
    this.clusterReads = cluster === undefined ? {} : this.known(CLUSTER_READS)
    this.clusterInserts = cluster === undefined ? {} : this.known(clusterInserts(quorum))
  }

  async command(statement: Sql, settings: Readonly<Record<string, string | number>> = {}): Promise<void> {
    const { text, parameters } = compileSql(statement)
    try {
      await this.client.command({
        query: text,
        query_params: queryParams(parameters),
        clickhouse_settings: {
          ...this.clusterReads,
          ...this.clusterInserts,
          ...this.known({ ...COMMAND_SETTINGS, ...settings }),
          wait_end_of_query: 1,
        },
      })
    } catch (error) {
      throw engineError(error, 'the statement failed')
    }
  }

  async query<Row>(statement: Sql, options: QueryOptions = {}): Promise<QueryResult<Row>> {
    const { text, parameters } = compileSql(statement)
    const deadline = startDeadline(options)
    const start = performance.now()
    try {
      options.abort?.throwIfAborted()
      const result = await this.client.query({
        query: text,
        format: 'JSONCompact',
        query_params: queryParams(parameters),
        clickhouse_settings: {
          ...this.clusterReads,
          ...(this.cluster !== undefined && options.colocated === true ? COLOCATED : {}),
          ...OUTPUT_SETTINGS,
          ...this.known(READ_SETTINGS),
          ...limitSettings(options),
          cancel_http_readonly_queries_on_client_close: 1,
        },
        abort_signal: deadline.signal,
      })
      return await parseResult<Row>(await deadline.race(result.text()), performance.now() - start, options)
    } catch (error) {
      if (deadline.signal.aborted) throw deadline.signal.reason as Error
      throw engineError(error, 'the query failed')
    } finally {
      deadline.end()
    }
  }

  pruneShards(on: boolean): void {
    if (this.cluster !== undefined)
      this.clusterReads = { ...this.clusterReads, ...this.known({ optimize_skip_unused_shards: on ? 1 : 0 }) }
  }

  async insertNative(insert: NativeInsert): Promise<void> {
    const body = createReadStream(insert.file, { highWaterMark: 1 << 20 })
    try {
      const { stream } = await this.client.exec({
        query: `INSERT INTO ${insert.table} (${insert.columns.join(', ')}) FORMAT Native`,
        values: body,
        clickhouse_settings: {
          ...this.known(INSERT_SETTINGS),
          ...this.clusterInserts,
          // On by default since 26: rows would wait in the server's memory, and tokens would be ignored.
          async_insert: 0,
          insert_deduplication_token: insert.token,
          wait_end_of_query: 1,
        },
      })
      await new Promise<void>((resolve, reject) => {
        stream.on('end', resolve).on('error', reject).resume()
      })
    } catch (error) {
      throw engineError(error, `inserting into ${insert.table} failed`)
    } finally {
      body.destroy()
    }
  }

  async close(): Promise<void> {
    await this.client.close()
  }

  /** Settings this server has: they come and go between versions, and an unknown one fails the statement. */
  private known(settings: Readonly<Record<string, string | number>>): Record<string, string | number> {
    return Object.fromEntries(Object.entries(settings).filter(([name]) => this.knownSettings.has(name)))
  }
}
