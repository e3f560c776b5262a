import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { ClewError } from '@clew/base/errors'
import { lockDataDirectory } from '../data-lock.ts'
import { openChdb } from '../driver/chdb.ts'
import { openClickHouse } from '../driver/clickhouse.ts'
import { parseClickHouseUrl } from '../driver/clickhouse-url.ts'
import type { Driver } from '../driver/driver.ts'
import { sql } from '../sql/sql.ts'
import { beginRestore, checkBackupName, engineTask, type EngineTask } from './backup-sql.ts'

export interface RestoreOptions {
  /** With `chdb` the directory of the backup, with a server its name on the disk `backups`. */
  readonly from: string
  /** Where to: a directory without a database. Not used with a server. */
  readonly dataDirectory: string
  /** `chdb`, or the address of a server with a database that has no tables. */
  readonly url: string
  readonly onProgress?: (task: EngineTask) => void
}

/**
 * Makes a database from a backup. What was there before is never overwritten.
 * @throws ClewError DATA_DIR_IN_USE, RESTORE_NOT_EMPTY, BACKUP_NAME, BACKUP_NOT_FOUND, BACKUP_FAILED, and those of opening a store
 */
export async function restoreBackup(options: RestoreOptions): Promise<EngineTask> {
  return options.url === 'chdb' ? await restoreEmbedded(options) : await restoreServer(options)
}

async function restoreEmbedded({ from, dataDirectory, onProgress }: RestoreOptions): Promise<EngineTask> {
  const name = basename(from)
  checkBackupName(name)
  if (!existsSync(join(from, '.backup'))) {
    throw new ClewError('BACKUP_NOT_FOUND', `there is no whole backup in ${from}`, {
      fix: 'name the directory that `clew backup` printed',
    })
  }
  const unlock = await lockDataDirectory(dataDirectory)
  try {
    const driver = openChdb(join(dataDirectory, 'engine'), dirname(from))
    return await restoreInto(driver, name, `the data directory ${dataDirectory}`, onProgress)
  } finally {
    await unlock()
  }
}

async function restoreServer({ from, url, onProgress }: RestoreOptions): Promise<EngineTask> {
  checkBackupName(from)
  const config = parseClickHouseUrl(url)
  return await restoreInto(await openClickHouse(config), from, `the database ${config.database}`, onProgress)
}

async function restoreInto(
  driver: Driver,
  name: string,
  where: string,
  onProgress: RestoreOptions['onProgress'],
): Promise<EngineTask> {
  try {
    const { rows } = await driver.query<{ tables: string }>(
      sql`SELECT count() AS tables FROM system.tables WHERE database = ${driver.backup.database} AND name NOT LIKE '.%'`,
    )
    if (rows[0]?.tables !== '0') {
      throw new ClewError('RESTORE_NOT_EMPTY', `${where} has tables already`, {
        fix: 'name an empty one: a restore never overwrites',
      })
    }
    const id = randomUUID()
    await beginRestore(driver, name, id)
    return await engineTask(driver, id, sleep, onProgress)
  } finally {
    await driver.close()
  }
}
