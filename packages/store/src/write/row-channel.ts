import { setFlagsFromString } from 'node:v8'
import { builtProgram, WorkerCalls } from '@clew/otlp/thread/worker-calls'
import type { RowTask } from './row-task.ts'
import type { SegmentId } from './segment-file.ts'
import { copyRequest, sharedSize, type WrittenRequest } from './shared-requests.ts'

// The thread collects what a huge segment leaves behind: by itself it would do so only when much more has come.
setFlagsFromString('--expose-gc')

/** Requests of one message lie in so much shared memory, which is used again for the next. */
const MESSAGE_BYTES = 16 << 20

/**
 * The way to the thread that makes rows. One message of requests is under way at a time: the thread has to see to its files
 * between two of them, and what is sent ahead of it would only wait there.
 */
export class RowChannel {
  /** Resolves when the rows of all that was added are made. */
  idle: Promise<void> = Promise.resolve()
  readonly #calls = new WorkerCalls<RowTask>(builtProgram(import.meta.url, './row-worker.js'))
  #memory: SharedArrayBuffer | undefined

  /** The thread is gone; what it had made is, too. */
  get ended(): boolean {
    return this.#calls.ended
  }

  call(task: RowTask): Promise<unknown> {
    return this.#calls.call(task)
  }

  close(): Promise<void> {
    return this.#calls.close()
  }

  /** Appends requests to a segment's rows; resolves when they were handed over. `onFailed` is told (once) when rows could not be made. */
  async add(segment: SegmentId, group: readonly WrittenRequest[], onFailed: (error: unknown) => void): Promise<void> {
    let failed = false
    const send = (task: RowTask, transfer: readonly ArrayBuffer[]): void => {
      this.idle = this.#calls.call(task, transfer).then(
        () => undefined,
        (error: unknown) => {
          if (!failed) onFailed(error)
          failed = true
        },
      )
    }
    const sizes = group.map(sharedSize)
    for (let from = 0; from < group.length && !failed;) {
      let to = from
      let bytes = 0
      do bytes += sizes[to++]!
      while (to < group.length && bytes + sizes[to]! <= MESSAGE_BYTES)
      await this.idle
      // A request that is larger gets memory of its own, which moves to the thread.
      const own = bytes > MESSAGE_BYTES ? new ArrayBuffer(bytes) : undefined
      const memory = own ?? (this.#memory ??= new SharedArrayBuffer(MESSAGE_BYTES))
      let at = 0
      const requests = group.slice(from, to).map((request, i) => {
        const copied = copyRequest(request, memory, at)
        at += sizes[from + i]!
        return copied
      })
      send({ kind: 'add', segment, requests }, own === undefined ? [] : [own])
      from = to
    }
  }
}
