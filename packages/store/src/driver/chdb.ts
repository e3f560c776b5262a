import { mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { ClewError } from '@clew/base/errors'
import { drainPending, Session } from 'chdb'
import { compileSql, type Parameter, type Sql } from '../sql/sql.ts'
import { engineArguments } from './chdb-arguments.ts'
import { startDeadline } from './deadline.ts'
import {
  type BackupAddress,
  COMMAND_SETTINGS,
  type Driver,
  INSERT_SETTINGS,
  type NativeInsert,
  type QueryOptions,
  type QueryResult,
  READ_SETTINGS,
} from './driver.ts'
import { engineError } from './engine-error.ts'
import { yieldMerges } from './merge-priority.ts'
import { limitSettings, OUTPUT_SETTINGS, parseResult } from './result-json.ts'
import { SessionPool } from './session-pool.ts'

const MAX_WAITING_QUERIES = 100
/** How often a cancelled query is told to end. */
const KILL_AGAIN_MS = 250

/**
 * Every running native call occupies a thread of libuv's pool, which file writes need too. Two are kept for the write
 * path; the default pool has four.
 */
function querySessionCount(): number {
  const poolSize = Number(process.env['UV_THREADPOOL_SIZE'] ?? 4)
  return Math.min(8, Math.max(1, poolSize - 2))
}

/**
 * A value in a SET statement. Parameters are made of an alphabet without quotes and backslashes (hex, digits, signs), which is
 * checked here once more: no text from outside can be here.
 */
function settingLiteral(value: string | number | readonly string[]): string {
  const text = Array.isArray(value) ? value.join(',') : String(value)
  if (!/^[-+.,[\]\w]*$/.test(text)) throw new ClewError('SQL_VALUE', 'a parameter has a character it cannot have')
  if (Array.isArray(value)) return `'[${value.map((item) => `\\'${item}\\'`).join(',')}]'`
  return `'${text}'`
}

function setStatement(
  settings: Readonly<Record<string, string | number>>,
  parameters: ReadonlyMap<string, Parameter>,
): string {
  const list = Object.entries(settings).map(([name, value]) => `${name}=${settingLiteral(value)}`)
  for (const [name, parameter] of parameters) list.push(`param_${name}=${settingLiteral(parameter.encoded)}`)
  return `SET ${list.join(', ')}`
}

/** A string literal for a path or token of our own making. */
function ownLiteral(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
}

let engineOpen = false

/**
 * The embedded engine on a directory of its own. One process may open one directory. Backups go to `backupDirectory`, beside it
 * unless told otherwise.
 * @throws ClewError DATA_DIR_IN_USE, ENGINE_FAILED
 */
export function openChdb(directory: string, backupDirectory: string = join(directory, '..', 'backups')): Driver {
  if (engineOpen) {
    throw new ClewError('DATA_DIR_IN_USE', 'this process has an embedded store open already', {
      fix: 'close it first, or use --store clickhouse://…',
    })
  }
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  const backups = resolve(backupDirectory)
  const connectionArgs = engineArguments(backups)
  const open = (): Session => new Session(directory, { connectionArgs })
  const sessions: Session[] = []
  try {
    for (let i = 0; i < querySessionCount() + 2; i++) sessions.push(open())
  } catch (error) {
    for (const session of sessions) session.close()
    throw new ClewError(
      'DATA_DIR_IN_USE',
      `the database in ${directory} cannot be opened: another process may have it open`,
      {
        fix: 'stop the other clew process, or choose another --data-dir',
        cause: error,
      },
    )
  }
  engineOpen = true
  yieldMerges()
  return new ChdbDriver(sessions, backups)
}

class ChdbDriver implements Driver {
  readonly kind = 'chdb'
  readonly engineVersion: string
  readonly backup: BackupAddress
  private readonly sessions: readonly Session[]
  private readonly writer: SessionPool<Session>
  private readonly control: Session
  private readonly readers: SessionPool<Session>
  private nextQuery = 0
  private closed = false

  constructor(sessions: readonly Session[], backupDirectory: string) {
    const place = (name: string): string => join(backupDirectory, name)
    this.backup = { database: 'default', place, target: (name) => `File(${ownLiteral(place(name))})` }
    const [writer, control, ...readers] = sessions
    this.sessions = sessions
    this.writer = new SessionPool([writer!], 1000)
    this.control = control!
    this.readers = new SessionPool(readers, MAX_WAITING_QUERIES)
    this.engineVersion = this.control.query('SELECT version()', 'TSVRaw').trim()
    const always = setStatement({ ...OUTPUT_SETTINGS, ...READ_SETTINGS, ...COMMAND_SETTINGS }, new Map())
    for (const reader of readers) reader.query(always)
  }

  async command(statement: Sql, settings: Readonly<Record<string, string | number>> = {}): Promise<void> {
    const compiled = compileSql(statement)
    // Not on the writer's session: inserts do not wait for jobs.
    await this.readers.use(async (session) => {
      try {
        await session.queryAsync(setStatement({ ...limitSettings({}), log_comment: '' }, compiled.parameters))
        await session.queryAsync(withSettings(compiled.text, settings))
      } catch (error) {
        throw engineError(error, 'the statement failed')
      }
    })
  }

  async query<Row>(statement: Sql, options: QueryOptions = {}): Promise<QueryResult<Row>> {
    const deadline = startDeadline(options)
    try {
      // Whoever asks does not wait for an engine that hangs; the session stays taken until the engine gives it back.
      return await deadline.race(
        this.readers.use((session) => this.run<Row>(session, statement, options, deadline.signal), deadline.signal),
      )
    } catch (error) {
      throw deadline.signal.aborted ? (deadline.signal.reason as Error) : error
    } finally {
      deadline.end()
    }
  }

  private async run<Row>(
    session: Session,
    statement: Sql,
    options: QueryOptions,
    abort: AbortSignal,
  ): Promise<QueryResult<Row>> {
    const { text, parameters } = compileSql(statement)
    const id = `clew${++this.nextQuery}`
    let again: NodeJS.Timeout | undefined
    // Once may be too early: the engine cannot end what it has not begun.
    const kill = (): void => {
      this.control.queryAsync(`KILL QUERY WHERE Settings['log_comment'] = '${id}' ASYNC`).catch(() => {})
      again = setTimeout(kill, KILL_AGAIN_MS)
    }
    const start = performance.now()
    try {
      await session.queryAsync(setStatement({ ...limitSettings(options), log_comment: id }, parameters))
      abort.throwIfAborted()
      abort.addEventListener('abort', kill, { once: true })
      const result = await session.queryAsync(text, { format: 'JSONCompact' })
      return await parseResult<Row>(result.text(), performance.now() - start, options)
    } catch (error) {
      // A session holds what a failed query held, memory too, until its next statement.
      await session.queryAsync("SET log_comment = ''").catch(() => undefined)
      if (error instanceof ClewError) throw error
      throw engineError(error, 'the query failed')
    } finally {
      abort.removeEventListener('abort', kill)
      clearTimeout(again)
    }
  }

  async insertNative(insert: NativeInsert): Promise<void> {
    const columns = insert.columns.join(', ')
    const statement = `INSERT INTO ${insert.table} (${columns}) SELECT ${columns} FROM file(${ownLiteral(insert.file)}, 'Native')`
    await this.writer.use(async (session) => {
      try {
        await session.queryAsync(
          withSettings(statement, { ...INSERT_SETTINGS, insert_deduplication_token: insert.token }),
        )
      } catch (error) {
        throw engineError(error, `inserting into ${insert.table} failed`)
      }
    })
  }

  async close(): Promise<void> {
    if (this.closed) return
    this.closed = true
    this.readers.close()
    this.writer.close()
    await drainPending()
    for (const session of this.sessions) session.close()
    await drainPending()
    engineOpen = false
  }
}

function withSettings(text: string, settings: Readonly<Record<string, string | number>>): string {
  const list = Object.entries(settings).map(
    ([name, value]) => `${name} = ${typeof value === 'number' ? value : ownLiteral(value)}`,
  )
  return list.length === 0 ? text : `${text} SETTINGS ${list.join(', ')}`
}
