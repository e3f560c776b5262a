import { readdir, stat, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Clock } from '@clew/base/clock'
import { errorMessage } from '@clew/base/errors'
import type { Logger } from '@clew/base/logger'
import type { Batch } from '@clew/otlp/batch'
import { ACCEPTED, type ConsumeContext, ConsumeError, type ConsumeResult, type Consumer } from '@clew/otlp/consumer'
import type { Signal } from '@clew/otlp/signal'
import type { Driver } from '../driver/driver.ts'
import { DiskProbe } from './disk-probe.ts'
import { Inserter } from './inserter.ts'
import { RowMaker, type SegmentRows } from './row-maker.ts'
import { newSegmentId, SegmentFile, segmentIdOf } from './segment-file.ts'
import { SetAside } from './set-aside.ts'
import { Troubles } from './troubles.ts'
import type { WriteDirectories } from './write-directories.ts'

export interface IngestOptions {
  readonly driver: Driver
  readonly directories: WriteDirectories
  readonly clock: Clock
  readonly logger: Logger
  /** A segment is closed when it is so old and the engine has nothing else to insert. */
  readonly segmentAgeMs: number
  /** A segment is closed when it is so big. */
  readonly segmentBytes: number
  /** Acknowledged bytes that may wait for the engine. Beyond it batches are refused, to be sent again. */
  readonly maxWaitingBytes: number
}

interface Waiting {
  readonly signal: Signal
  readonly payload: Uint8Array
  readonly batch: Batch
  readonly resolve: (result: ConsumeResult) => void
  readonly reject: (error: ConsumeError) => void
}

interface OpenSegment {
  readonly file: SegmentFile
  readonly rows: SegmentRows
  readonly openedMs: number
  /** Spans, records and points so far. */
  points: number
  /** Set when writing to it failed: nothing more is written to it. */
  failed: boolean
}

const RETRY_AFTER_MS = 1000
const MAX_POINTS = 1_000_000
/** The store is no longer full when so much of what may wait does. */
const ROOM_AGAIN = 0.9

/**
 * The write path. Requests that come while the disk is busy form the next group; a group is written to the segment file,
 * fsynced once and acknowledged; its rows are made in a thread while the next group is on its way to the disk.
 */
export class Ingester implements Consumer {
  readonly inserter: Inserter
  /** What is wrong now. */
  readonly troubles: Troubles
  readonly setAside: SetAside
  /** Newest acknowledged batch, ms since 1970, per signal. */
  readonly newestAcceptedMillis: Map<Signal, number> = new Map()
  refusedBatches = 0
  groups = 0
  private readonly options: IngestOptions
  private readonly probe: DiskProbe
  private readonly rowMaker: RowMaker
  private waiting: Waiting[] = []
  private waitingBytes = 0
  private open: OpenSegment | undefined
  private committing: Promise<void> | undefined
  private closing: Promise<void> = Promise.resolve()
  private closingBytes = 0
  private lastCreatedMillis = 0
  private cancelTimer: (() => void) | undefined
  private flushWanted = false
  private closed = false

  constructor(options: IngestOptions) {
    this.options = options
    const { clock, directories } = options
    this.troubles = new Troubles(clock)
    this.setAside = new SetAside(directories.setAside, options.maxWaitingBytes, clock)
    this.rowMaker = new RowMaker(directories.staging, options.logger)
    this.inserter = new Inserter({
      ...options,
      rowMaker: this.rowMaker,
      troubles: this.troubles,
      setAside: this.setAside,
      onIdle: () => this.wakeUp(),
    })
    this.probe = new DiskProbe(directories.segments, clock, () => this.noteWritable())
  }

  /** Acknowledged or about to be, and not yet in the engine. */
  get queuedBytes(): number {
    return this.waitingBytes + (this.open?.file.byteLength ?? 0) + this.closingBytes + this.inserter.waitingBytes
  }

  /** Takes over segments that a former process left behind. Call it once, before anything is consumed. */
  async recover(): Promise<number> {
    await this.setAside.load()
    this.inserter.noteSetAside()
    const names = (await readdir(this.options.directories.segments)).sort()
    let count = 0
    for (const name of names) {
      const segment = segmentIdOf(join(this.options.directories.segments, name))
      if (segment === undefined) continue
      this.lastCreatedMillis = Math.max(this.lastCreatedMillis, segment.createdMillis)
      const { size } = await stat(segment.path)
      if (size === 0) {
        await unlink(segment.path)
        continue
      }
      this.inserter.push({ segment, byteLength: size })
      count++
    }
    return count
  }

  consume(batch: Batch, _context: ConsumeContext): Promise<ConsumeResult> {
    if (batch.itemCount === 0) return Promise.resolve(ACCEPTED)
    if (this.closed) return Promise.reject(refusal('STORE_CLOSED', 'the store is shutting down'))
    if (this.queuedBytes + batch.byteLength > this.options.maxWaitingBytes) {
      this.refusedBatches++
      const trouble = this.troubles.get('insert')
      const why = trouble === undefined ? 'the engine is busy' : `the engine fails: ${trouble.message}`
      const message = `the store has too much to insert (${why})`
      if (this.troubles.note('full', message)) this.options.logger.warn('data is refused', { why: message })
      return Promise.reject(refusal('STORE_BUSY', message))
    }
    const payload = batch.toProtobuf()
    this.waitingBytes += payload.length
    return new Promise((resolve, reject) => {
      this.waiting.push({ signal: batch.signal, payload, batch, resolve, reject })
      this.committing ??= this.commitAll()
    })
  }

  /** Brings what is wrong up to date; asked when somebody wants to know. */
  checkTroubles(): void {
    this.inserter.checkSlowness()
    // Refusing ends with room for more, whether or not anybody sends.
    if (this.queuedBytes < this.options.maxWaitingBytes * ROOM_AGAIN) this.troubles.end('full')
  }

  /** Resolves when all that was acknowledged before this call is in the engine. */
  async flush(): Promise<void> {
    this.flushWanted = true
    while (this.flushWanted && this.committing !== undefined) await nextTurn()
    // What is being committed now came after this call; its segment must not be taken away from under it.
    if (this.committing === undefined) this.closeSegment()
    await this.closing
    await this.inserter.drain()
  }

  /** Takes nothing more; resolves when everything acknowledged is in the engine, or after `timeoutMs`, when it is at least in its files. */
  async close(timeoutMs: number): Promise<void> {
    this.closed = true
    this.probe.stop()
    await this.committing
    this.cancelTimer?.()
    this.closeSegment()
    await this.closing
    const timer = setTimeout(() => this.inserter.stop(), timeoutMs)
    await this.inserter.drain()
    clearTimeout(timer)
    await this.rowMaker.close()
  }

  private async commitAll(): Promise<void> {
    // What arrives in this turn of the event loop belongs to the first group.
    await new Promise<void>((resolve) => setImmediate(resolve))
    for (;;) {
      if (this.open !== undefined && this.isDue(this.open)) this.closeSegment()
      const group = this.waiting
      this.waiting = []
      if (group.length === 0) break
      await this.write(group)
    }
    this.committing = undefined
    this.wakeUp()
  }

  /** Writes a group, answers its senders and has its rows made. */
  private async write(group: readonly Waiting[]): Promise<void> {
    const bytes = group.reduce((sum, one) => sum + one.payload.length, 0)
    try {
      this.open ??= await this.openSegment()
      await this.open.file.append(group)
    } catch (error) {
      return this.refuse(group, error)
    } finally {
      this.waitingBytes -= bytes
    }
    this.groups++
    if (this.troubles.get('disk') !== undefined) this.noteWritable()
    const now = this.options.clock.unixMillis()
    for (const one of group) {
      this.newestAcceptedMillis.set(one.signal, now)
      this.open.points += one.batch.pointCount
      one.resolve(ACCEPTED)
    }
    await this.open.rows.add(group)
  }

  /** Answers the senders of a group that could not be written. */
  private refuse(group: readonly Waiting[], error: unknown): void {
    const message = `writing to disk failed: ${errorMessage(error)}`
    if (this.troubles.note('disk', message)) this.options.logger.error(message)
    this.probe.start()
    // What is in the file stays; nothing more goes to one whose end nobody knows.
    if (this.open !== undefined) this.open.failed = true
    for (const one of group) one.reject(refusal('STORE_WRITE_FAILED', message, error))
  }

  private noteWritable(): void {
    if (this.troubles.end('disk')) this.options.logger.info('the disk can be written again')
  }

  /** Big enough, or old enough while the engine has nothing else to do: under load segments grow by themselves. */
  private isDue(open: OpenSegment): boolean {
    if (this.flushWanted || open.failed) return true
    if (open.file.byteLength >= this.options.segmentBytes || open.points >= MAX_POINTS) return true
    const ageMs = this.options.clock.monotonicMillis() - open.openedMs
    return ageMs >= this.options.segmentAgeMs && this.closingBytes === 0 && this.inserter.idle
  }

  private async openSegment(): Promise<OpenSegment> {
    const { clock, directories } = this.options
    this.lastCreatedMillis = Math.max(clock.unixMillis(), this.lastCreatedMillis + 1)
    const segment = newSegmentId(directories.segments, this.lastCreatedMillis)
    const file = await SegmentFile.create(segment, directories.segments)
    const rows = this.rowMaker.begin(segment)
    return { file, rows, openedMs: clock.monotonicMillis(), points: 0, failed: false }
  }

  /** Called when the open segment may have become due while nothing is being committed. */
  private wakeUp(): void {
    this.cancelTimer?.()
    this.cancelTimer = undefined
    const open = this.open
    if (open === undefined || this.committing !== undefined || this.closed) return
    if (this.isDue(open)) return this.closeSegment()
    const restMs = this.options.segmentAgeMs - (this.options.clock.monotonicMillis() - open.openedMs)
    if (restMs > 0) this.cancelTimer = this.options.clock.after(restMs, () => this.wakeUp())
  }

  /** Takes the open segment out of use and hands it to the inserter, in order, behind the scenes. */
  private closeSegment(): void {
    const open = this.open
    if (open === undefined) return
    this.open = undefined
    this.flushWanted = false
    if (open.file.byteLength === 0) {
      // Writing to it failed at once: there is nothing to store.
      open.rows.drop()
      this.closing = this.closing.then(() => open.file.discard())
      return
    }
    this.closingBytes += open.file.byteLength
    this.closing = this.closing.then(() => this.handOver(open))
  }

  private async handOver(open: OpenSegment): Promise<void> {
    const { segment } = open.file
    const byteLength = open.file.byteLength
    let staged
    try {
      await open.file.close()
      staged = await open.rows.stage()
    } catch (error) {
      this.options.logger.error('preparing a segment failed; it is read again from its file', {
        error: errorMessage(error),
      })
    }
    this.closingBytes -= byteLength
    this.inserter.push(staged === undefined ? { segment, byteLength } : { segment, byteLength, staged })
  }
}

function refusal(code: string, message: string, cause?: unknown): ConsumeError {
  return new ConsumeError(code, message, { retryable: true, retryAfterMs: RETRY_AFTER_MS, cause })
}
