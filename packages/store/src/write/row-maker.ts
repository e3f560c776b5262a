import type { Logger } from '@clew/base/logger'
import { errorMessage } from '@clew/base/errors'
import type { Batch } from '@clew/otlp/batch'
import { builtProgram, WorkerCalls } from '@clew/otlp/thread/worker-calls'
import type { RowTask } from './row-task.ts'
import type { SegmentId } from './segment-file.ts'
import { SharedBuffers } from './shared-buffers.ts'
import { shareRequests } from './shared-requests.ts'
import type { StagedSegment } from './stage-segment.ts'
import type { StagedTable } from './staged-segment.ts'

/** Bytes of requests that may wait for their rows before nothing more is acknowledged. */
const MAX_WAITING_BYTES = 64 << 20

/** Makes rows in a thread, so that receiving, acknowledging and answering questions go on beside it. */
export class RowMaker {
  readonly #staging: string
  readonly #logger: Logger
  readonly #buffers = new SharedBuffers()
  #thread: WorkerCalls<RowTask>
  #waitingBytes = 0
  #onRoom: (() => void)[] = []
  #closed = false

  /** @param stagingDirectory where the files for the engine are written. */
  constructor(stagingDirectory: string, logger: Logger) {
    this.#staging = stagingDirectory
    this.#logger = logger
    this.#thread = startThread()
  }

  /** Begins the rows of a segment. */
  begin(segment: SegmentId): SegmentRows {
    return new SegmentRows(this.#aliveThread(), segment, this.#staging, this)
  }

  /** Resolves when few enough bytes wait for their rows. */
  async room(): Promise<void> {
    while (this.#waitingBytes > MAX_WAITING_BYTES) await new Promise<void>((resolve) => this.#onRoom.push(resolve))
  }

  /** Makes the rows of a segment from its file. Rejects with what the file system said when it cannot be read. */
  async restage(segment: SegmentId): Promise<StagedSegment> {
    const task: RowTask = { kind: 'restage', segment, directory: this.#staging }
    return (await this.#aliveThread().call(task)) as StagedSegment
  }

  /** Resources and scopes that were written before may be lost: they are written again with the next rows that need them. */
  forget(): void {
    this.#aliveThread()
      .call({ kind: 'forget' })
      .catch(() => undefined) // A new thread remembers nothing.
  }

  async close(): Promise<void> {
    this.#closed = true
    await this.#thread.close()
  }

  /** Hands requests to a thread. Used by `SegmentRows`. */
  async send(
    thread: WorkerCalls<RowTask>,
    segment: SegmentId,
    group: readonly { readonly payload: Uint8Array; readonly batch: Batch }[],
  ): Promise<void> {
    const { requests, memory } = shareRequests(group, this.#buffers)
    this.#waitingBytes += memory.byteLength
    try {
      await thread.call({ kind: 'add', segment, requests })
      this.#buffers.give(memory)
    } catch (error) {
      this.#logger.error('making rows failed; the segment is read again from its file', { error: errorMessage(error) })
      throw error
    } finally {
      this.#waitingBytes -= memory.byteLength
      for (const resolve of this.#onRoom.splice(0)) resolve()
    }
  }

  #aliveThread(): WorkerCalls<RowTask> {
    if (this.#thread.ended && !this.#closed) this.#thread = startThread()
    return this.#thread
  }
}

/** The rows of the open segment. Bound to one thread: what another one makes would not be whole. */
export class SegmentRows {
  readonly #thread: WorkerCalls<RowTask>
  readonly #segment: SegmentId
  readonly #staging: string
  readonly #maker: RowMaker
  #last: Promise<void> = Promise.resolve()
  #spoiled = false

  constructor(thread: WorkerCalls<RowTask>, segment: SegmentId, staging: string, maker: RowMaker) {
    this.#thread = thread
    this.#segment = segment
    this.#staging = staging
    this.#maker = maker
  }

  /** Appends requests that are on disk. Their batches are not needed afterwards. */
  add(group: readonly { readonly payload: Uint8Array; readonly batch: Batch }[]): void {
    if (this.#spoiled) return
    this.#last = this.#maker.send(this.#thread, this.#segment, group).catch(() => {
      this.#spoiled = true
    })
  }

  /** Writes the files for the engine; undefined when the rows have to be made from the segment's file. Ends it. */
  async stage(): Promise<readonly StagedTable[] | undefined> {
    await this.#last
    if (this.#spoiled) {
      this.drop()
      return undefined
    }
    const task: RowTask = { kind: 'stage', segment: this.#segment, directory: this.#staging }
    return (await this.#thread.call(task)) as readonly StagedTable[]
  }

  /** Forgets the rows. */
  drop(): void {
    this.#thread.call({ kind: 'drop', segment: this.#segment }).catch(() => undefined) // Gone with its thread.
  }
}

function startThread(): WorkerCalls<RowTask> {
  return new WorkerCalls(builtProgram(import.meta.url, './row-worker.js'))
}
