import { copyFile, readFile, rename, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Clock } from '@clew/base/clock'
import { errorMessage } from '@clew/base/errors'
import type { Logger } from '@clew/base/logger'
import { Batch } from '@clew/otlp/batch'
import type { Driver } from '../driver/driver.ts'
import { EngineError } from '../driver/engine-error.ts'
import { scanFrames } from './frame.ts'
import { RecentKeys } from './recent-keys.ts'
import { SegmentEncoder } from './segment-encoder.ts'
import type { SegmentId } from './segment-file.ts'
import { stageBlocks, type StagedTable, unstage } from './staged-segment.ts'
import type { WriteDirectories } from './write-directories.ts'

const FIRST_RETRY_MS = 100
const MAX_RETRY_MS = 10_000
/** An insert whose bytes the engine refuses is tried so often before its segment is set aside. */
const BAD_DATA_ATTEMPTS = 3
/** Engine codes for a file that is not there. */
const MISSING_STAGED_FILE: ReadonlySet<number> = new Set([76, 107])
const MAX_KEYS = 100_000
/** Bytes that are encoded without letting other work run. */
const BYTES_PER_TURN = 1 << 20

/** A closed segment on its way into the engine. Without `staged` its rows are made from the file again. */
export interface ClosedSegment {
  readonly segment: SegmentId
  readonly byteLength: number
  readonly staged?: readonly StagedTable[]
}

export interface InserterOptions {
  readonly driver: Driver
  readonly directories: WriteDirectories
  readonly written: RecentKeys
  readonly clock: Clock
  readonly logger: Logger
  readonly onIdle: () => void
}

/** Why inserts do not get on, and since when. */
export interface InsertTrouble {
  readonly message: string
  readonly sinceMillis: number
}

/**
 * Inserts closed segments, one after the other and in order, each exactly once: the tokens make a second insert of the
 * same segment change nothing. Never gives up on an engine that fails; sets aside what the engine can never take.
 */
export class Inserter {
  waitingBytes = 0
  trouble: InsertTrouble | undefined
  /** Rows stored by this process, per table. */
  readonly rowsStored: Map<string, number> = new Map()
  segmentsStored = 0
  segmentsSetAside = 0
  /** Arrival (ms since 1970) of the newest stored row, per table. */
  readonly newestStoredMillis: Map<string, number> = new Map()
  private readonly options: InserterOptions
  private readonly queue: ClosedSegment[] = []
  private run: Promise<void> | undefined
  private stopping = false
  private wake: (() => void) | undefined

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
    let retryMs = FIRST_RETRY_MS
    let badData = 0
    let staged = closed.staged
    for (;;) {
      try {
        staged ??= await this.stageFromFile(closed.segment)
        for (const table of staged) await this.insert(closed.segment, table)
        await rm(closed.segment.path, { force: true })
        await unstage(this.options.directories.staging, closed.segment)
        this.trouble = undefined
        this.segmentsStored++
        return true
      } catch (error) {
        this.noteTrouble(error)
        if (isMissing(error)) {
          this.options.logger.error('a segment file was deleted by someone else; what it held is lost', {
            path: closed.segment.path,
          })
          this.segmentsSetAside++
          return true
        }
        if (error instanceof EngineError && MISSING_STAGED_FILE.has(error.engineCode)) staged = undefined
        if (error instanceof EngineError && error.badData && ++badData >= BAD_DATA_ATTEMPTS) {
          await this.setAside(closed.segment, errorMessage(error))
          return true
        }
        if (this.stopping) return false
        await this.pause(retryMs)
        if (this.stopping) return false
        retryMs = Math.min(MAX_RETRY_MS, retryMs * 2)
      }
    }
  }

  private async insert(segment: SegmentId, table: StagedTable): Promise<void> {
    const token = `${segment.id}/${table.table}`
    await this.options.driver.insertNative({ table: table.table, columns: table.columns, file: table.file, token })
    this.rowsStored.set(table.table, (this.rowsStored.get(table.table) ?? 0) + table.rows)
    this.newestStoredMillis.set(table.table, this.options.clock.unixMillis())
  }

  /** Makes the rows of a segment from its file: after a crash, or when they could not be made at once. */
  private async stageFromFile(segment: SegmentId): Promise<readonly StagedTable[]> {
    const { directories, logger } = this.options
    const scan = scanFrames(await readFile(segment.path))
    if (scan.damaged.length > 0) {
      const copy = join(directories.setAside, basename(segment.path))
      await copyFile(segment.path, copy)
      logger.error('a segment has damaged records; the whole ones are stored, a copy of the file is kept', {
        damaged: scan.damaged.length,
        whole: scan.frames.length,
        copy,
      })
    }
    // Keys of its own: what this segment refers to is written with it, whatever was noted when its rows were first made.
    const encoder = new SegmentEncoder(new RecentKeys(MAX_KEYS))
    let bytes = 0
    for (const frame of scan.frames) {
      encoder.add(Batch.fromProtobuf(frame.signal, frame.payload), segment.createdMillis)
      bytes += frame.payload.length
      if (bytes < BYTES_PER_TURN) continue
      bytes = 0
      await nextTurn()
    }
    return await stageBlocks(directories.staging, segment, encoder.blocks(segment.createdMillis))
  }

  private async setAside(segment: SegmentId, why: string): Promise<void> {
    const { directories, logger, written } = this.options
    const path = join(directories.setAside, basename(segment.path))
    await rename(segment.path, path)
    await unstage(directories.staging, segment)
    // Rows that later segments rely on may be in it.
    written.clear()
    this.segmentsSetAside++
    logger.error('the engine refuses a segment; it is kept aside and not stored', { path, why })
  }

  private noteTrouble(error: unknown): void {
    const message = errorMessage(error)
    if (this.trouble === undefined)
      this.options.logger.warn('storing does not get on, trying again', { error: message })
    this.trouble = { message, sinceMillis: this.trouble?.sinceMillis ?? this.options.clock.unixMillis() }
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

/** Whether a file of our own, not one of the engine, is gone. */
function isMissing(error: unknown): boolean {
  return !(error instanceof EngineError) && error instanceof Error && 'code' in error && error.code === 'ENOENT'
}
