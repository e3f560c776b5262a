import { Worker } from 'node:worker_threads'
import { ClewError, errorMessage } from '@clew/base/errors'
import type { Answer, Call } from './answer-calls.ts'

interface Pending {
  readonly resolve: (result: unknown) => void
  readonly reject: (error: unknown) => void
}

/** Calls into a thread that uses `answerCalls`. It keeps the process alive only while calls are under way. */
export class WorkerCalls<Task> {
  /** The thread is gone: every call fails. */
  ended = false
  readonly #worker: Worker
  readonly #pending = new Map<number, Pending>()
  #lastId = 0

  /** @param program the file that the thread runs, as it was built. */
  constructor(program: URL) {
    // Flags of this process (a debugger, a condition of the tests) are not for it.
    this.#worker = new Worker(program, { execArgv: [] })
    this.#worker.unref()
    this.#worker.on('message', (answer: Answer) => this.#settle(answer))
    this.#worker.on('error', (error) => this.#end(threadEnded(error)))
    this.#worker.on('exit', () => this.#end(threadEnded()))
  }

  /** Resolves with the result of the task; rejects with an error that has the fields of the one that was thrown, or with THREAD_ENDED. */
  call(task: Task, transfer: readonly ArrayBuffer[] = []): Promise<unknown> {
    if (this.ended) return Promise.reject(threadEnded())
    const call: Call<Task> = { id: ++this.#lastId, task }
    return new Promise((resolve, reject) => {
      if (this.#pending.size === 0) this.#worker.ref()
      this.#pending.set(call.id, { resolve, reject })
      this.#worker.postMessage(call, transfer)
    })
  }

  /** Ends the thread. What is under way fails. */
  async close(): Promise<void> {
    await this.#worker.terminate()
  }

  #settle(answer: Answer): void {
    const pending = this.#pending.get(answer.id)
    if (pending === undefined) return
    this.#pending.delete(answer.id)
    if (this.#pending.size === 0) this.#worker.unref()
    if ('result' in answer) pending.resolve(answer.result)
    else pending.reject(Object.assign(new Error(String(answer.thrown['message'])), answer.thrown))
  }

  /** What it had is gone with it. */
  #end(error: unknown): void {
    this.ended = true
    for (const { reject } of this.#pending.values()) reject(error)
    this.#pending.clear()
  }
}

function threadEnded(cause?: unknown): ClewError {
  const why = cause === undefined ? '' : `: ${errorMessage(cause)}`
  return new ClewError('THREAD_ENDED', `a thread of this process has ended${why}`, { cause })
}

/**
 * The built program beside a module, `./name.js`. When tests run the sources (`src/…`), it is the one of the build (`dist/…`).
 * @param base `import.meta.url` of the module.
 */
export function builtProgram(base: string, path: string): URL {
  const url = new URL(path, base)
  if (base.endsWith('.ts')) url.pathname = url.pathname.replace(/\/src\/(?!.*\/src\/)/, '/dist/')
  return url
}
