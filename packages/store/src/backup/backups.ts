import { randomUUID } from 'node:crypto'
import type { Clock } from '@clew/base/clock'
import { ClewError, errorMessage } from '@clew/base/errors'
import type { Logger } from '@clew/base/logger'
import type { Driver } from '../driver/driver.ts'
import { beginBackup, checkBackupName, engineTask } from './backup-sql.ts'

/** A backup this process made or is making. */
export interface Backup {
  readonly name: string
  /** Where it is, for people: a directory, or a name on the disk `backups` of the servers. */
  readonly place: string
  readonly state: 'running' | 'done' | 'failed'
  /** What went wrong; empty unless failed. */
  readonly problem: string
  readonly fix: string
  readonly files: number
  /** Size of its tables as stored. */
  readonly bytes: number
  readonly startedMillis: number
  readonly elapsedMs: number
}

export interface BackupsOptions {
  readonly driver: Driver
  readonly clock: Clock
  readonly logger: Logger
  /** Resolves when all that was acknowledged before is in the engine. */
  readonly flush: () => Promise<void>
}

/** How many of the backups that were made are remembered. */
const MAX_REMEMBERED = 50

/** Backups of a store that goes on running. The engine copies its parts, which never change, so nothing waits for it. */
export class Backups {
  readonly #options: BackupsOptions
  readonly #known = new Map<string, Backup>()
  #running: Promise<void> | undefined
  #isStopped = false

  constructor(options: BackupsOptions) {
    this.#options = options
  }

  /**
   * Begins a backup of everything that was acknowledged before. One at a time.
   * @throws ClewError BACKUP_NAME, BACKUP_RUNNING
   */
  start(name: string): Backup {
    checkBackupName(name)
    if (this.#running !== undefined)
      throw new ClewError('BACKUP_RUNNING', 'a backup is being made', { fix: 'wait until it is done' })
    const { clock, driver } = this.#options
    const begun: Backup = {
      name,
      place: driver.backup.place(name),
      state: 'running',
      problem: '',
      fix: '',
      files: 0,
      bytes: 0,
      startedMillis: clock.unixMillis(),
      elapsedMs: 0,
    }
    this.#note(begun)
    this.#running = this.#make(begun).finally(() => {
      this.#running = undefined
    })
    return begun
  }

  /** Undefined for a name this process knows nothing of. */
  get(name: string): Backup | undefined {
    return this.#known.get(name)
  }

  /** Waits no longer for the engine; what it has not finished is not a backup. */
  async stop(): Promise<void> {
    this.#isStopped = true
    await this.#running
  }

  async #make(begun: Backup): Promise<void> {
    const { clock, driver, flush, logger } = this.#options
    const beganMs = clock.monotonicMillis()
    const elapsedMs = (): number => Math.round(clock.monotonicMillis() - beganMs)
    try {
      await flush()
      const id = randomUUID()
      await beginBackup(driver, begun.name, id)
      const { files, bytes } = await engineTask(
        driver,
        id,
        (delayMs) => this.#wait(delayMs),
        (task) => this.#note({ ...begun, files: task.files, bytes: task.bytes, elapsedMs: elapsedMs() }),
      )
      this.#note({ ...begun, state: 'done', files, bytes, elapsedMs: elapsedMs() })
      logger.info('made a backup', { name: begun.name, place: begun.place, bytes, elapsedMs: elapsedMs() })
    } catch (error) {
      const problem = errorMessage(error)
      const fix = error instanceof ClewError ? (error.fix ?? '') : ''
      this.#note({ ...begun, state: 'failed', problem, fix, elapsedMs: elapsedMs() })
      logger.error('making a backup failed', { name: begun.name, error: problem })
    }
  }

  async #wait(delayMs: number): Promise<void> {
    if (this.#isStopped) throw new ClewError('STORE_CLOSED', 'the store was closed before the backup was done')
    await new Promise<void>((resolve) => this.#options.clock.after(delayMs, resolve))
  }

  #note(backup: Backup): void {
    this.#known.delete(backup.name)
    this.#known.set(backup.name, backup)
    for (const oldest of this.#known.keys()) {
      if (this.#known.size <= MAX_REMEMBERED) return
      this.#known.delete(oldest)
    }
  }
}
