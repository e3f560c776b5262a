import { rm } from 'node:fs/promises'
import type { Clock } from '@clew/base/clock'
import { ClewError, errorMessage } from '@clew/base/errors'
import type { Logger } from '@clew/base/logger'
import type { Driver } from '../driver/driver.ts'
import { EngineError } from '../driver/engine-error.ts'
import type { RowMaker } from './row-maker.ts'
import type { SegmentId } from './segment-file.ts'
import type { SetAside } from './set-aside.ts'
import { type StagedTable, unstage } from './staged-segment.ts'
import type { Troubles } from './troubles.ts'
import type { WriteDirectories } from './write-directories.ts'

const FIRST_RETRY_MS = 100
const MAX_RETRY_MS = 10_000
/** An insert whose bytes the engine refuses is tried so often before its segment is set aside. */
const BAD_DATA_ATTEMPTS = 5
/** An insert that takes longer is said to be slow. */
const SLOW_INSERT_MS = 15_000
/** Engine codes for a file that is not there. */
const MISSING_STAGED_FILE: ReadonlySet<number> = new Set([76, 107])

/** A closed segment on its way into the engine. Without `staged` its rows are made from the file again. */
export interface ClosedSegment {
  readonly segment: SegmentId
  readonly byteLength: number
  readonly staged?: readonly StagedTable[]
}

export interface InserterOptions {
  readonly driver: Driver
  readonly directories: WriteDirectories
  readonly rowMaker: RowMaker
  readonly troubles: Troubles
  readonly setAside: SetAside
  readonly clock: Clock
  readonly logger: Logger
  readonly onIdle: () => void
}

/**
 * Inserts closed segments, one after the other and in order, each exactly once: the tokens make a second insert of the
 * same segment change nothing. Never gives up on an engine that fails; sets aside what the engine can never take.
 */
export class Inserter {
  waitingBytes = 0
  /** Rows stored by this process, per table. */
  readonly rowsStored: Map<string, number> = new Map()
  segmentsStored = 0
  /** Segments whose file somebody else has deleted. */
  segmentsLost = 0
  /** Arrival (ms since 1970) of the newest stored row, per table. */
  readonly newestStoredMillis: Map<string, number> = new Map()
  private readonly options: InserterOptions
  private readonly queue: ClosedSegment[] = []
  private run: Promise<void> | undefined
  private stopping = false
  private wake: (() => void) | undefined
  private insertStartedMillis: number | undefined

  constructor(options: InserterOptions) {
    this.options = options
  }

  get waitingSegments(): number {
    return this.queue.length
  }

  get idle(): boolean {
    return this.queue.length === 0
  }

  push(closed: ClosedSegment): void {
    this.queue.push(closed)
    this.waitingBytes += closed.byteLength
    this.run ??= this.insertAll()
  }

  /** Resolves when nothing waits any more, or when `stop` was called and obeyed. */
  async drain(): Promise<void> {
    await this.run
  }

  /** Does not wait for the time of the next attempt. */
  tryNow(): void {
    this.wake?.()
  }

  /** Ends after the insert that is running; what waits stays in its files for the next start. */
  stop(): void {
    this.stopping = true
    this.wake?.()
  }

  private async insertAll(): Promise<void> {
    for (let closed = this.queue[0]; closed !== undefined && !this.stopping; closed = this.queue[0]) {
      if (!(await this.store(closed))) break
      this.queue.shift()
      this.waitingBytes -= closed.byteLength
    }
    this.run = undefined
    this.options.onIdle()
  }

  /** False when stopped before it was stored. */
  private async store(closed: ClosedSegment): Promise<boolean> {
    const { logger, setAside, troubles } = this.options
    let retryMs = FIRST_RETRY_MS
    let refusals = 0
    let staged = closed.staged
    for (;;) {
      try {
        staged ??= await this.stageFromFile(closed)
        for (const table of staged) await this.insert(closed.segment, table)
        await rm(closed.segment.path, { force: true })
        await unstage(this.options.directories.staging, closed.segment)
        if (troubles.end('insert')) logger.info('storing gets on again')
        this.segmentsStored++
        return true
      } catch (error) {
        if (isMissing(error)) {
          logger.error('a segment file was deleted by someone else; what it held is lost', {
            path: closed.segment.path,
          })
          this.segmentsLost++
          return true
        }
        const refused = isRefusal(error)
        this.noteTrouble(error)
        // Bytes may have been spoiled on the way to the engine: they are made anew before it is asked for the last time.
        if (refused && ++refusals >= BAD_DATA_ATTEMPTS && setAside.hasRoom(closed.byteLength)) {
          await this.setAside(closed, errorMessage(error))
          return true
        }
        if (refused || (error instanceof EngineError && MISSING_STAGED_FILE.has(error.engineCode))) staged = undefined
        if (this.stopping) return false
        await this.pause(retryMs)
        if (this.stopping) return false
        retryMs = Math.min(MAX_RETRY_MS, retryMs * 2)
      }
    }
  }

  private async insert(segment: SegmentId, table: StagedTable): Promise<void> {
    const token = `${segment.id}/${table.table}`
    this.insertStartedMillis = this.options.clock.unixMillis()
    try {
      await this.options.driver.insertNative({ table: table.table, columns: table.columns, file: table.file, token })
    } finally {
      this.insertStartedMillis = undefined
      this.options.troubles.end('slow-insert')
    }
    this.rowsStored.set(table.table, (this.rowsStored.get(table.table) ?? 0) + table.rows)
    this.newestStoredMillis.set(table.table, this.options.clock.unixMillis())
  }

  /** Notes a running insert that takes too long; asked when somebody wants to know how things are. */
  checkSlowness(): void {
    const since = this.insertStartedMillis
    if (since === undefined || this.options.clock.unixMillis() - since < SLOW_INSERT_MS) return
    this.options.troubles.note('slow-insert', 'the database has not finished an insert', since)
  }

  private async stageFromFile({ segment, byteLength }: ClosedSegment): Promise<readonly StagedTable[]> {
    const { directories, logger, rowMaker, setAside } = this.options
    const { tables, wholeRecords, damage } = await rowMaker.restage(segment)
    if (damage.length > 0) {
      const why = damage.slice(0, 10).join('; ')
      if (!setAside.hasRoom(byteLength)) {
        throw new ClewError('SET_ASIDE_FULL', `a damaged segment waits, because ${directories.setAside} is full`)
      }
      const copy = await setAside.copy(segment, byteLength, why)
      this.noteSetAside()
      logger.error('a segment has damaged records; the whole ones are stored, a copy of the file is kept', {
        damaged: damage.length,
        whole: wholeRecords,
        why,
        copy,
      })
    }
    return tables
  }

  private async setAside({ segment, byteLength }: ClosedSegment, why: string): Promise<void> {
    const { directories, logger, rowMaker, setAside, troubles } = this.options
    const path = await setAside.move(segment, byteLength, why)
    await unstage(directories.staging, segment)
    // Rows that later segments rely on may be in it.
    rowMaker.forget()
    troubles.end('insert')
    this.noteSetAside()
    logger.error('a segment cannot be stored; it is kept aside', { path, why })
  }

  /** Says what lies in the folder of segments that were set aside. */
  noteSetAside(): void {
    const { setAside, troubles } = this.options
    if (setAside.count === 0) return
    const files = setAside.count === 1 ? 'a segment was' : `${setAside.count} segments were`
    troubles.note(
      'set-aside',
      `${files} set aside and not (or not wholly) stored: ${setAside.why}`,
      setAside.sinceMillis,
    )
  }

  private noteTrouble(error: unknown): void {
    const message = errorMessage(error)
    if (this.options.troubles.note('insert', message))
      this.options.logger.warn('storing does not get on, trying again', { error: message })
  }

  private async pause(delayMs: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const cancel = this.options.clock.after(delayMs, resolve)
      this.wake = () => {
        cancel()
        resolve()
      }
    })
    this.wake = undefined
  }
}

/** Whether asking the engine again with the same rows cannot help: it refuses them, or they cannot be made. */
function isRefusal(error: unknown): boolean {
  if (error instanceof EngineError) return error.badData
  if (error instanceof ClewError) return false
  // What the file system throws has a system call; the rest are errors in making rows.
  return !(error instanceof Error && 'syscall' in error)
}

/** Whether a file of our own, not one of the engine, is gone. */
function isMissing(error: unknown): boolean {
  return !(error instanceof EngineError) && error instanceof Error && 'code' in error && error.code === 'ENOENT'
}
