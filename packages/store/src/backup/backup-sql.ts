import { ClewError } from '@clew/base/errors'
import type { Driver } from '../driver/driver.ts'
import { onCluster } from '../schema/layout.ts'
import { type Sql, sql, Sql as SqlText } from '../sql/sql.ts'

/** Names of backups: they become part of paths and of SQL. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/
const POLL_EVERY_MS = 200

/** A name that may be used for a backup. Throws ClewError BACKUP_NAME. */
export function checkBackupName(name: string): void {
  if (NAME.test(name)) return
  throw new ClewError('BACKUP_NAME', `${JSON.stringify(name.slice(0, 120))} is no name for a backup`, {
    fix: 'use letters, digits, dots, dashes and underscores',
  })
}

/** What the engine says of a backup or restore that it was asked for. */
export interface EngineTask {
  readonly isDone: boolean
  /** Bytes of the tables' files, compressed as they are stored. */
  readonly bytes: number
  readonly files: number
}

interface TaskRow {
  readonly status: string
  readonly error: string
  readonly files: string
  readonly bytes: string
}

/** Begins a backup of the whole database; `engineTask` with the same id tells how it goes. Throws ClewError of the engine. */
export async function beginBackup(driver: Driver, name: string, id: string): Promise<void> {
  await begin(driver, 'BACKUP', 'TO', name, id)
}

/** Begins a restore into a database without tables. Throws ClewError of the engine. */
export async function beginRestore(driver: Driver, name: string, id: string): Promise<void> {
  await begin(driver, 'RESTORE', 'FROM', name, id)
}

async function begin(
  driver: Driver,
  verb: 'BACKUP' | 'RESTORE',
  way: 'TO' | 'FROM',
  name: string,
  id: string,
): Promise<void> {
  checkBackupName(name)
  checkBackupName(id)
  const { backup } = driver
  const statement = `${verb} DATABASE ${backup.database}${onCluster(driver.cluster)} ${way} ${backup.target(name)} SETTINGS id = '${id}' ASYNC`
  await driver.command(new SqlText([statement], []))
}

/**
 * Resolves when the engine is done with a task; looks again and again, with `onProgress` in between.
 * @throws ClewError BACKUP_FAILED
 */
export async function engineTask(
  driver: Pick<Driver, 'query' | 'cluster'>,
  id: string,
  wait: (delayMs: number) => Promise<void>,
  onProgress: (task: EngineTask) => void = () => undefined,
): Promise<EngineTask> {
  for (;;) {
    const task = await readTask(driver, id)
    onProgress(task)
    if (task.isDone) return task
    await wait(POLL_EVERY_MS)
  }
}

async function readTask(driver: Pick<Driver, 'query' | 'cluster'>, id: string): Promise<EngineTask> {
  // The server that was asked does the work; behind a load balancer that may be any of them.
  const backups: Sql = new SqlText(
    [driver.cluster === undefined ? 'system.backups' : `clusterAllReplicas('${driver.cluster.name}', system.backups)`],
    [],
  )
  const { rows } = await driver.query<TaskRow>(
    sql`SELECT toString(status) AS status, error, num_files AS files, total_size AS bytes FROM ${backups} WHERE id = ${id} ORDER BY start_time DESC LIMIT 1`,
  )
  const row = rows[0]
  if (row === undefined) throw new ClewError('BACKUP_FAILED', 'the engine does not know of the backup any more')
  if (row.status.endsWith('FAILED') || row.status.endsWith('CANCELLED')) {
    throw new ClewError('BACKUP_FAILED', firstLine(row.error) || `the engine says ${row.status}`, {
      fix: fixFor(row.error),
    })
  }
  return {
    isDone: row.status === 'BACKUP_CREATED' || row.status === 'RESTORED',
    bytes: Number(row.bytes),
    files: Number(row.files),
  }
}

function firstLine(text: string): string {
  return (text.split('\n')[0] ?? '').replace(/, Stack trace.*$/, '').slice(0, 500)
}

function fixFor(error: string): string {
  if (error.includes('BACKUP_ALREADY_EXISTS')) return 'choose another name'
  if (error.includes('BACKUP_NOT_FOUND')) return 'name a backup that is there and whole'
  if (error.includes("'backups'"))
    return 'give the ClickHouse servers a disk named backups; docs/backup.md has an example'
  return 'docs/backup.md says what a backup needs'
}
