import { Batch } from './batch.ts'
import { decodeRequest, type RequestFormat } from './decode-request.ts'
import type { DecodedRequest, DecodeTask } from './decode-worker.ts'
import type { Signal } from './signal.ts'
import { builtProgram, WorkerCalls } from './thread/worker-calls.ts'
import { DecodeError } from './wire/decode-error.ts'

/** Bodies from this size on are decoded in a thread: here they would take longer than a millisecond or two. */
const LARGE_BYTES: Readonly<Record<RequestFormat, number>> = { protobuf: 1 << 20, json: 128 << 10 }

/**
 * Decodes requests: small ones at once, large ones in a thread, so that who sends a hundred megabytes holds up only
 * others who do. The thread starts with the first large request.
 */
export class RequestDecoder {
  #thread: WorkerCalls<DecodeTask> | undefined

  /**
   * Checks and indexes a request. The body belongs to the decoder from here on: a large one is gone from its buffer afterwards.
   * @throws DecodeError naming the field (or rejects with it).
   */
  decode(signal: Signal, format: RequestFormat, body: Uint8Array): Batch | Promise<Batch> {
    const isTransferable = body.buffer instanceof ArrayBuffer
    if (body.length < LARGE_BYTES[format] || !isTransferable) return decodeRequest(signal, format, body)
    return this.#decodeInThread({ signal, format, body: body as Uint8Array<ArrayBuffer> })
  }

  /** Ends the thread. What is being decoded fails. */
  async close(): Promise<void> {
    await this.#thread?.close()
  }

  async #decodeInThread(task: DecodeTask): Promise<Batch> {
    if (this.#thread === undefined || this.#thread.ended) {
      this.#thread = new WorkerCalls(builtProgram(import.meta.url, './decode-worker.js'))
    }
    try {
      const { source, index } = (await this.#thread.call(task, [task.body.buffer])) as DecodedRequest
      return new Batch({ signal: task.signal, index, source, encoded: source })
    } catch (error) {
      throw isMalformed(error) ? new DecodeError(error.problem, error.offset, error.path) : error
    }
  }
}

function isMalformed(error: unknown): error is DecodeError {
  return error instanceof Error && error.name === 'DecodeError'
}
