import { createReadStream } from 'node:fs'
import { ClewError } from '@clew/base/errors'
import { type ClickHouseClient, ClickHouseLogLevel, createClient } from '@clickhouse/client'
import { compileSql, type Parameter, type Sql } from '../sql/sql.ts'
import { startDeadline } from './deadline.ts'
import { type Driver, INSERT_SETTINGS, type NativeInsert, type QueryOptions, type QueryResult } from './driver.ts'
import { engineError } from './engine-error.ts'
import { limitSettings, OUTPUT_SETTINGS, parseResult } from './result-json.ts'

const REQUEST_TIMEOUT_MS = 300_000
const MIN_VERSION = [26, 2] as const

/** Where a ClickHouse server is, from `clickhouse://user:password@host:8123/database?secure=true`. */
export interface ClickHouseConfig {
  /** HTTP address without credentials. */
  readonly url: string
  readonly username: string
  readonly password: string
  readonly database: string
}

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
  for (const name of url.searchParams.keys()) if (name !== 'secure') throw bad(`unknown option ${name}`)
  if (url.hostname === '') throw bad('the host is missing')
  const secure = url.protocol === 'clickhouses:' || url.searchParams.get('secure') === 'true'
  const database = decodeURIComponent(url.pathname.slice(1)) || 'clew'
  if (!DATABASE_NAME.test(database)) throw bad(`the database name ${JSON.stringify(database)} is not usable`)
  return {
    url: `${secure ? 'https' : 'http'}://${url.hostname}:${url.port === '' ? (secure ? 8443 : 8123) : url.port}`,
    username: decodeURIComponent(url.username) || 'default',
    password: decodeURIComponent(url.password),
    database,
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
  const first = connect('default')
  try {
    await first.command({ query: `CREATE DATABASE IF NOT EXISTS ${config.database}` })
  } catch (error) {
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
    return new ClickHouseDriver(client, version, known)
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

/** Parameters as the client sends them: arrays as arrays of hex texts, all else as text. */
function queryParams(parameters: ReadonlyMap<string, Parameter>): Record<string, unknown> {
  return Object.fromEntries([...parameters].map(([name, parameter]) => [name, parameter.encoded]))
}

class ClickHouseDriver implements Driver {
  readonly kind = 'clickhouse'
  readonly engineVersion: string
  private readonly client: ClickHouseClient
  private readonly knownSettings: ReadonlySet<string>

  constructor(client: ClickHouseClient, engineVersion: string, knownSettings: ReadonlySet<string>) {
    this.client = client
    this.engineVersion = engineVersion
    this.knownSettings = knownSettings
  }

  async command(statement: Sql, settings: Readonly<Record<string, string | number>> = {}): Promise<void> {
    const { text, parameters } = compileSql(statement)
    try {
      await this.client.command({
        query: text,
        query_params: queryParams(parameters),
        clickhouse_settings: { ...this.known(settings), wait_end_of_query: 1 },
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
          ...OUTPUT_SETTINGS,
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

  async insertNative(insert: NativeInsert): Promise<void> {
    const body = createReadStream(insert.file, { highWaterMark: 1 << 20 })
    try {
      const { stream } = await this.client.exec({
        query: `INSERT INTO ${insert.table} (${insert.columns.join(', ')}) FORMAT Native`,
        values: body,
        clickhouse_settings: {
          ...this.known(INSERT_SETTINGS),
          // On by default since 26: rows would wait in the server's memory, and tokens would be ignored.
          async_insert: 0,
          insert_deduplication_token: insert.token,
          distributed_foreground_insert: 1,
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
