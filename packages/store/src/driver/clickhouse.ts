import { createReadStream } from 'node:fs'
import { ClewError, errorMessage } from '@clew/base/errors'
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
import { engineError, isConnectionError } from './engine-error.ts'
import { limitSettings, OUTPUT_SETTINGS, parseResult } from './result-json.ts'

const REQUEST_TIMEOUT_MS = 300_000
/** How long a server may take to say that it is there. */
const PROBE_TIMEOUT_MS = 10_000
/** What something in front of a server says while the server is away. */
const GATEWAY_ANSWER = /bad gateway|service unavailable|gateway time-?out|no server is available/i

/** The disk of the servers that backups go to (`backups.allowed_disk` there). */
const BACKUP_DISK = 'backups'

/** The cluster of an address. */
export function clusterPlace({ cluster, database }: ClickHouseConfig): ClusterPlace | undefined {
  return cluster === undefined ? undefined : { name: cluster, database }
}

/** Where a server puts backups of a database. */
export function backupAddress(database: string): BackupAddress {
  return {
    database,
    target: (name) => `Disk('${BACKUP_DISK}', '${name}')`,
    place: (name) => `${name} on the disk ${BACKUP_DISK} of the ClickHouse servers`,
  }
}

/**
 * A ClickHouse server over HTTP. Makes the database when it does not exist.
 * @throws ClewError STORE_UNREACHABLE when the server is away, STORE_REFUSED, ENGINE_TOO_OLD, CLUSTER_UNKNOWN, CLUSTER_MACROS, ENGINE_FAILED
 */
export async function openClickHouse(config: ClickHouseConfig): Promise<Driver> {
  const connect = (database: string, timeoutMs = REQUEST_TIMEOUT_MS): ClickHouseClient =>
    createClient({
      url: config.url,
      username: config.username,
      password: config.password,
      database,
      application: 'clew',
      request_timeout: timeoutMs,
      max_open_connections: 16,
      compression: { response: true, request: false },
      // Errors reach the caller, who says what they mean.
      log: { level: ClickHouseLogLevel.OFF },
    })
  const version = await probe(connect('default', PROBE_TIMEOUT_MS), config)
  checkVersion(version)
  const cluster = clusterPlace(config)
  const first = connect('default')
  try {
    if (cluster !== undefined) await checkCluster(first, cluster.name)
    await first.command({ query: `CREATE DATABASE IF NOT EXISTS ${config.database}${onCluster(cluster)}` })
  } catch (error) {
    throw error instanceof ClewError ? error : engineError(error, `making the database ${config.database} failed`)
  } finally {
    await first.close()
  }
  const client = connect(config.database)
  try {
    const names = await client.query({ query: 'SELECT name FROM system.settings', format: 'JSONEachRow' })
    const known = new Set((await names.json<{ name: string }>()).map((row) => row.name))
    return new ClickHouseDriver(client, version, known, config)
  } catch (error) {
    await client.close()
    throw engineError(error, 'asking the server for its settings failed')
  }
}

/** The server's version: whether it is there, and lets us in. */
async function probe(client: ClickHouseClient, config: ClickHouseConfig): Promise<string> {
  try {
    const answer = await client.query({ query: 'SELECT version() AS version', format: 'JSONEachRow' })
    return (await answer.json<{ version: string }>())[0]?.version ?? '0'
  } catch (error) {
    const why = errorMessage(error).trim().slice(0, 300)
    // TLS spoken to a port without it, or the other way round: waiting does not help.
    const isProtocol = error instanceof Error && 'code' in error && error.code === 'EPROTO'
    if (!isProtocol && (isConnectionError(error) || GATEWAY_ANSWER.test(why))) {
      throw new ClewError('STORE_UNREACHABLE', `the ClickHouse server at ${config.url} cannot be reached: ${why}`, {
        fix: 'check that it runs, and the address in --store',
        cause: error,
      })
    }
    throw new ClewError('STORE_REFUSED', `the ClickHouse server at ${config.url} does not let Clew in: ${why}`, {
      fix: 'check address, user and password of --store',
      cause: error,
    })
  } finally {
    await client.close()
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
    config: ClickHouseConfig,
  ) {
    this.client = client
    this.engineVersion = engineVersion
    this.knownSettings = knownSettings
    this.cluster = clusterPlace(config)
    this.backup = backupAddress(config.database)
    this.clusterReads = this.cluster === undefined ? {} : this.known(CLUSTER_READS)
    this.clusterInserts = this.cluster === undefined ? {} : this.known(clusterInserts(config.quorum))
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
