import type { Logger } from '@clew/base/logger'
import { errorMessage } from '@clew/base/errors'
import { RowChannel } from './row-channel.ts'
import type { SegmentId } from './segment-file.ts'
import type { WrittenRequest } from './shared-requests.ts'
import type { StagedSegment } from './stage-segment.ts'
import type { StagedTable } from './staged-segment.ts'

/** Makes rows in a thread, so that receiving, acknowledging and answering questions go on beside it. */
export class RowMaker {
  readonly #staging: string
  readonly #logger: Logger
  #channel = new RowChannel()
  #closed = false

  /** @param stagingDirectory where the files for the engine are written. */
  constructor(stagingDirectory: string, logger: Logger) {
    this.#staging = stagingDirectory
    this.#logger = logger
  }

  /** Begins the rows of a segment. */
  begin(segment: SegmentId): SegmentRows {
    return new SegmentRows(this.#aliveChannel(), segment, this.#staging, this.#logger)
  }

  /** Makes the rows of a segment from its file. Rejects with what the file system said when it cannot be read. */
  async restage(segment: SegmentId): Promise<StagedSegment> {
    return (await this.#aliveChannel().call({ kind: 'restage', segment, directory: this.#staging })) as StagedSegment
  }

  /** Resources and scopes that were written before may be lost: they are written again with the next rows that need them. */
  forget(): void {
    this.#aliveChannel()
      .call({ kind: 'forget' })
      .catch(() => undefined) // A new thread remembers nothing.
  }

  async close(): Promise<void> {
    this.#closed = true
    await this.#channel.close()
  }

  #aliveChannel(): RowChannel {
    if (this.#channel.ended && !this.#closed) this.#channel = new RowChannel()
    return this.#channel
  }
}

/** The rows of the open segment. Bound to one thread: what another one makes would not be whole. */
export class SegmentRows {
  readonly #channel: RowChannel
  readonly #segment: SegmentId
  readonly #staging: string
  readonly #logger: Logger
  #spoiled = false

  constructor(channel: RowChannel, segment: SegmentId, staging: string, logger: Logger) {
    this.#channel = channel
    this.#segment = segment
    this.#staging = staging
    this.#logger = logger
  }

  /**
   * Appends requests that are on disk. Resolves when they were handed over and are not needed here any more: when the thread is done
   * with those before. One call at a time.
   */
  async add(group: readonly WrittenRequest[]): Promise<void> {
    if (this.#spoiled) return
    try {
      await this.#channel.add(this.#segment, group, (error) => this.#spoil(error))
    } catch (error) {
      this.#spoil(error)
    }
  }

  /** Writes the files for the engine; undefined when the rows have to be made from the segment's file. Ends it. */
  async stage(): Promise<readonly StagedTable[] | undefined> {
    await this.#channel.idle
    if (this.#spoiled) {
      this.drop()
      return undefined
    }
    const task = { kind: 'stage', segment: this.#segment, directory: this.#staging } as const
    return (await this.#channel.call(task)) as readonly StagedTable[]
  }

  /** Forgets the rows. */
  drop(): void {
    this.#channel.call({ kind: 'drop', segment: this.#segment }).catch(() => undefined) // Gone with its thread.
  }

  #spoil(error: unknown): void {
    this.#spoiled = true
    this.#logger.error('making rows failed; the segment is read again from its file', { error: errorMessage(error) })
  }
}
