import { createReadStream } from 'node:fs'
import { ClewError } from '@clew/base/errors'
import { type ClickHouseClient, ClickHouseLogLevel, createClient } from '@clickhouse/client'
import { compileSql, type Parameter, type Sql } from '../sql/sql.ts'
import { isClusterName, onCluster } from '../schema/layout.ts'
import { CLUSTER_READS, clusterInserts, COLOCATED } from './cluster-settings.ts'
import { startDeadline } from './deadline.ts'
import {
  type ClusterPlace,
  COMMAND_SETTINGS,
  type Driver,
  INSERT_SETTINGS,
  type NativeInsert,
  type QueryOptions,
  type QueryResult,
  READ_SETTINGS,
} from './driver.ts'
import { engineError } from './engine-error.ts'
import { limitSettings, OUTPUT_SETTINGS, parseResult } from './result-json.ts'

const REQUEST_TIMEOUT_MS = 300_000
const MIN_VERSION = [26, 2] as const

/** Where a ClickHouse server is, from `clickhouse://user:password@host:8123/database?secure=true&cluster=NAME&quorum=2`. */
export interface ClickHouseConfig {
  /** HTTP address without credentials. */
  readonly url: string
  readonly username: string
  readonly password: string
  readonly database: string
  /** The cluster the server is part of, by the name in its configuration; undefined: the server stands alone. */
  readonly cluster?: string
  /** Replicas of a shard that must have a row before its insert counts as done; 1 when absent. */
  readonly quorum?: number
}

const OPTIONS: ReadonlySet<string> = new Set(['secure', 'cluster', 'quorum'])
const MAX_QUORUM = 9
const DATABASE_NAME = /^[A-Za-z_][A-Za-z0-9_]{0,62}$/

/**
 * Reads a store URL.
 * @throws ClewError STORE_URL
 */
export function parseClickHouseUrl(text: string): ClickHouseConfig {
  const bad = (why: string): ClewError =>
    new ClewError('STORE_URL', `the store address is wrong: ${why}`, {
      fix: 'use clickhouse://user:password@host:8123/database',
    })
  let url: URL
  try {
    url = new URL(text)
  } catch {
    throw bad('it is no URL')
  }
  if (url.protocol !== 'clickhouse:' && url.protocol !== 'clickhouses:') throw bad(`unknown scheme ${url.protocol}`)
  for (const name of url.searchParams.keys()) if (!OPTIONS.has(name)) throw bad(`unknown option ${name}`)
  if (url.hostname === '') throw bad('the host is missing')
  const secure = url.protocol === 'clickhouses:' || url.searchParams.get('secure') === 'true'
  const database = decodeURIComponent(url.pathname.slice(1)) || 'clew'
  if (!DATABASE_NAME.test(database)) throw bad(`the database name ${JSON.stringify(database)} is not usable`)
  const cluster = url.searchParams.get('cluster') ?? undefined
  if (cluster !== undefined && !isClusterName(cluster))
    throw bad(`the cluster name ${JSON.stringify(cluster)} is not usable`)
  const quorum = url.searchParams.get('quorum') ?? undefined
  if (quorum !== undefined && !(/^[1-9]$/.test(quorum) && Number(quorum) <= MAX_QUORUM))
    throw bad(`quorum is a number from 1 to ${MAX_QUORUM}`)
  if (quorum !== undefined && cluster === undefined) throw bad('quorum has a meaning only with cluster')
  return {
    url: `${secure ? 'https' : 'http'}://${url.hostname}:${url.port === '' ? (secure ? 8443 : 8123) : url.port}`,
    username: decodeURIComponent(url.username) || 'default',
    password: decodeURIComponent(url.password),
    database,
    ...(cluster === undefined ? {} : { cluster }),
    ...(quorum === undefined ? {} : { quorum: Number(quorum) }),
  }
}

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
    return new ClickHouseDriver(client, version, known, cluster, config.quorum)
  } catch (error) {
    await client.close()
    throw error instanceof ClewError ? error : engineError(error, 'asking the server for its version failed')
  }
}

/**
 * Text indexes with a tokenizer came with this version.
 * @throws ClewError ENGINE_TOO_OLD
 */
export function checkVersion(version: string): void {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  if (major > MIN_VERSION[0] || (major === MIN_VERSION[0] && minor >= MIN_VERSION[1])) return
  throw new ClewError('ENGINE_TOO_OLD', `the ClickHouse server has version ${version}`, {
    fix: `use ${MIN_VERSION.join('.')} or newer`,
  })
}

/**
 * The server must know the cluster, and by which shard and replica it is itself: the tables' paths in Keeper are made of that.
 * @throws ClewError CLUSTER_UNKNOWN, CLUSTER_MACROS
 */
async function checkCluster(client: ClickHouseClient, name: string): Promise<void> {
  const read = async <Row>(query: string): Promise<Row[]> =>
    await (await client.query({ query, format: 'JSONEachRow' })).json<Row>()
  const clusters = (await read<{ cluster: string }>('SELECT DISTINCT cluster FROM system.clusters')).map(
    (row) => row.cluster,
  )
  if (!clusters.includes(name)) {
    throw new ClewError('CLUSTER_UNKNOWN', `the ClickHouse server knows no cluster ${JSON.stringify(name)}`, {
      fix:
        clusters.length === 0
          ? 'configure remote_servers there'
          : `its clusters are ${clusters.slice(0, 20).join(', ')}`,
    })
  }
  const macros = new Set((await read<{ macro: string }>('SELECT macro FROM system.macros')).map((row) => row.macro))
  const missing = ['shard', 'replica'].filter((macro) => !macros.has(macro))
  if (missing.length === 0) return
  throw new ClewError('CLUSTER_MACROS', `the ClickHouse server has no macro ${missing.join(' and ')}`, {
    fix: 'give every server <macros> with its shard and replica; docs/cluster.md has an example',
  })
}

/** Parameters as the client sends them: arrays as arrays of hex texts, all else as text. */
function queryParams(parameters: ReadonlyMap<string, Parameter>): Record<string, unknown> {
  return Object.fromEntries([...parameters].map(([name, parameter]) => [name, parameter.encoded]))
}

class ClickHouseDriver implements Driver {
  readonly kind = 'clickhouse'
  readonly engineVersion: string
  readonly cluster: ClusterPlace | undefined
  private readonly client: ClickHouseClient
  private readonly knownSettings: ReadonlySet<string>
  private readonly clusterReads: Readonly<Record<string, string | number>>
  private readonly clusterInserts: Readonly<Record<string, string | number>>

  constructor(
    client: ClickHouseClient,
    engineVersion: string,
    knownSettings: ReadonlySet<string>,
    cluster: ClusterPlace | undefined,
    quorum: number | undefined,
  ) {
    this.client = client
    this.engineVersion = engineVersion
    this.knownSettings = knownSettings
    this.cluster = cluster
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
      return parseResult<Row>(await deadline.race(result.text()), performance.now() - start, options)
    } catch (error) {
      if (deadline.signal.aborted) throw deadline.signal.reason as Error
      throw engineError(error, 'the query failed')
    } finally {
      deadline.end()
    }
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
