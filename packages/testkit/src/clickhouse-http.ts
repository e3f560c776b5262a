import { randomUUID } from 'node:crypto'
import { createWriteStream, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { drainPending, Session } from 'chdb'
import { ClusterDouble } from './clickhouse-http-cluster.ts'

/** A ClickHouse HTTP endpoint for tests. */
export interface ClickHouseDouble {
  /** `clickhouse://user:password@127.0.0.1:port`, without a database. */
  readonly url: string
  /** Makes the next inserts fail with this HTTP status and engine code, as an engine in trouble would. */
  failInserts(count: number, code: number, message: string): void
  close(): Promise<void>
}

export interface ClickHouseDoubleOptions {
  /** Gives it a cluster of this name with two shards; see `ClusterDouble`. */
  readonly cluster?: string
  /** With `cluster`: every shard has a second replica, which is away. */
  readonly replicaAway?: boolean
}

const USER = 'clew'
const PASSWORD = 'p@ss:word'
/** As a server's `http_max_uri_size`. */
const MAX_URI_BYTES = 1 << 20
const SESSIONS = 3
/** URL parameters that are not settings. */
const NOT_SETTINGS = new Set([
  'query',
  'database',
  'query_id',
  'session_id',
  'default_format',
  'role',
  'wait_end_of_query',
])

/**
 * A small server that speaks ClickHouse's HTTP protocol in front of the embedded engine. It is a double of the transport only:
 * parsing, planning, storing, deduplication and errors are the real engine's.
 */
export async function startClickHouseDouble(options: ClickHouseDoubleOptions = {}): Promise<ClickHouseDouble> {
  const directory = await mkdtemp(join(tmpdir(), 'clew-clickhouse-'))
  const endpoint = new Endpoint(directory, options)
  const server = createServer(
    { maxHeaderSize: MAX_URI_BYTES },
    (request, response) => void endpoint.handle(request, response),
  )
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `clickhouse://${USER}:${encodeURIComponent(PASSWORD)}@127.0.0.1:${port}`,
    failInserts: (count, code, message) => endpoint.failInserts(count, code, message),
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      await endpoint.close()
      await rm(directory, { recursive: true, force: true })
    },
  }
}

class Endpoint {
  private readonly directory: string
  private readonly free: Session[]
  private readonly waiting: ((session: Session) => void)[] = []
  private readonly control: Session
  private failures = { count: 0, code: 0, message: '' }

  private readonly cluster: ClusterDouble | undefined

  constructor(directory: string, { cluster, replicaAway }: ClickHouseDoubleOptions) {
    this.directory = directory
    this.cluster = cluster === undefined ? undefined : new ClusterDouble(cluster, replicaAway)
    writeFileSync(join(directory, 'config.xml'), engineConfig(directory, this.cluster?.config ?? ''))
    this.control = this.openSession()
    this.free = Array.from({ length: SESSIONS }, () => this.openSession())
  }

  private openSession(): Session {
    const connectionArgs = [`--config-file=${join(this.directory, 'config.xml')}`]
    return new Session(join(this.directory, 'engine'), { connectionArgs })
  }

  failInserts(count: number, code: number, message: string): void {
    this.failures = { count, code, message }
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://double')
    if (url.pathname === '/ping') return void response.end('Ok.\n')
    if (!authorized(request)) return sendError(response, 516, 'Authentication failed')
    const file = join(this.directory, `${randomUUID()}.native`)
    try {
      const inUrl = url.searchParams.get('query')
      const insert = inUrl === null ? undefined : /^\s*INSERT INTO (\S+) \(([^)]*)\) FORMAT Native\s*$/i.exec(inUrl)
      if (insert !== undefined && insert !== null) {
        await pipeline(request, createWriteStream(file))
        if (this.failures.count > 0) {
          this.failures.count--
          return sendError(response, this.failures.code, this.failures.message)
        }
        const statement = `INSERT INTO ${insert[1]} (${insert[2]}) SELECT ${insert[2]} FROM file('${file}', 'Native')`
        await this.run(url, statement, response)
      } else {
        const body = await readAll(request)
        await this.run(url, inUrl === null ? body : `${inUrl}\n${body}`, response)
      }
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      sendError(response, Number(/Code: (\d+)/.exec(message)?.[1] ?? 1002), message)
    } finally {
      await rm(file, { force: true })
    }
  }

  async close(): Promise<void> {
    await drainPending()
    for (const session of [this.control, ...this.free]) session.close()
    await drainPending()
  }

  private async run(url: URL, asked: string, response: ServerResponse): Promise<void> {
    const session = this.free.pop() ?? (await new Promise<Session>((resolve) => this.waiting.push(resolve)))
    const mark = randomUUID()
    const kill = (): void => {
      if (!response.writableFinished)
        this.control.queryAsync(`KILL QUERY WHERE Settings['log_comment'] = '${mark}' ASYNC`).catch(() => {})
    }
    response.on('close', kill)
    try {
      await session.queryAsync(`USE ${url.searchParams.get('database') ?? 'default'}`)
      const settings = [...url.searchParams].filter(([name]) => !NOT_SETTINGS.has(name))
      const own: [string, string][] = [...settings, ['log_comment', mark]]
      await session.queryAsync(`SET ${own.map(([name, value]) => `${name} = ${quote(value)}`).join(', ')}`)
      let statement = asked
      if (this.cluster !== undefined) {
        const database = url.searchParams.get('database') ?? 'default'
        const statements = this.cluster.translate(asked, database, url.searchParams)
        for (const before of statements.slice(0, -1)) await session.queryAsync(before)
        statement = statements.at(-1) ?? ''
      }
      const [, text, format] = /^(.*?)(?:\sFORMAT\s+(\w+))?[\s;]*$/s.exec(statement) ?? ['', statement, undefined]
      const result = await session.queryAsync(text ?? statement, { format: format ?? 'TabSeparated' })
      response.setHeader('X-ClickHouse-Query-Id', url.searchParams.get('query_id') ?? mark)
      response.setHeader('X-ClickHouse-Summary', JSON.stringify({ read_rows: String(result.rowsRead) }))
      response.end(Buffer.from(result.bytes()))
    } finally {
      // Settings of a request end with it: so do those of the session it borrowed.
      const next = this.openSession()
      session.close()
      const waiter = this.waiting.shift()
      if (waiter === undefined) this.free.push(next)
      else waiter(next)
    }
  }
}

/** A disk for backups, as docs/backup.md describes it for servers, and what else there is. */
function engineConfig(directory: string, more: string): string {
  const disk = `<storage_configuration><disks><backups><type>local</type><path>${directory}/backups/</path></backups></disks></storage_configuration>`
  return `<clickhouse>${disk}<backups><allowed_disk>backups</allowed_disk></backups>${more}</clickhouse>`
}

function authorized(request: IncomingMessage): boolean {
  const basic = `Basic ${Buffer.from(`${USER}:${PASSWORD}`).toString('base64')}`
  return (
    request.headers.authorization === basic ||
    (request.headers['x-clickhouse-user'] === USER && request.headers['x-clickhouse-key'] === PASSWORD)
  )
}

function quote(value: string): string {
  return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
}

function sendError(response: ServerResponse, code: number, message: string): void {
  response.statusCode = code === 516 ? 403 : 500
  response.setHeader('X-ClickHouse-Exception-Code', String(code))
  response.end(message.startsWith('Code: ') ? message : `Code: ${code}. DB::Exception: ${message} (TEST)`)
}

async function readAll(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}
