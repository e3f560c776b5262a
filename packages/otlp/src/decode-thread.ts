import { Worker } from 'node:worker_threads'
import { Batch } from './batch.ts'
import type { RequestFormat } from './decode-request.ts'
import type { DecodeOutcome, DecodeTask } from './decode-worker.ts'
import type { Signal } from './signal.ts'
import { DecodeError } from './wire/decode-error.ts'

/** When tests run the sources, the thread runs the build. */
const PROGRAM = import.meta.url.endsWith('.ts') ? '../dist/decode-worker.js' : './decode-worker.js'

interface Pending {
  readonly signal: Signal
  readonly resolve: (batch: Batch) => void
  readonly reject: (error: unknown) => void
}

/** This side of the thread of `decode-worker.ts`. Requests wait for each other in it; it does not keep the process alive. */
export class DecodeThread {
  /** It takes nothing any more. */
  ended = false
  readonly #worker = new Worker(new URL(PROGRAM, import.meta.url), { execArgv: [] })
  readonly #pending = new Map<number, Pending>()
  #lastId = 0

  constructor() {
    this.#worker.unref()
    this.#worker.on('message', (outcome: DecodeOutcome) => this.#settle(outcome))
    this.#worker.on('error', (error) => this.#end(error))
    this.#worker.on('exit', () => this.#end(new Error('the thread that decodes requests has ended')))
  }

  /** Takes the body out of its buffer. Rejects with a DecodeError that names the field. */
  decode(signal: Signal, format: RequestFormat, body: Uint8Array<ArrayBuffer>): Promise<Batch> {
    const id = ++this.#lastId
    const task: DecodeTask = { id, signal, format, body }
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { signal, resolve, reject })
      this.#worker.postMessage(task, [body.buffer])
    })
  }

  async close(): Promise<void> {
    await this.#worker.terminate()
  }

  #settle(outcome: DecodeOutcome): void {
    const pending = this.#pending.get(outcome.id)
    if (pending === undefined) return
    this.#pending.delete(outcome.id)
    if ('index' in outcome) {
      const { index, source } = outcome
      pending.resolve(new Batch({ signal: pending.signal, index, source, encoded: source }))
    } else if ('malformed' in outcome) {
      const { problem, offset, path } = outcome.malformed
      pending.reject(new DecodeError(problem, offset, path))
    } else pending.reject(new Error(`decoding a request failed: ${outcome.bug}`))
  }

  /** What it had is gone with it. */
  #end(error: unknown): void {
    this.ended = true
    for (const { reject } of this.#pending.values()) reject(error)
    this.#pending.clear()
  }
}
