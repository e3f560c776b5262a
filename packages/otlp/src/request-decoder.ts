import type { Batch } from './batch.ts'
import { decodeRequest, type RequestFormat } from './decode-request.ts'
import { DecodeThread } from './decode-thread.ts'
import type { Signal } from './signal.ts'

/** Bodies from this size on are decoded in a thread: here they would take longer than a millisecond or two. */
const LARGE_BYTES: Readonly<Record<RequestFormat, number>> = { protobuf: 1 << 20, json: 128 << 10 }

/**
 * Decodes requests: small ones at once, large ones in a thread, so that who sends a hundred megabytes holds up only
 * others who do. The thread starts with the first large request.
 */
export class RequestDecoder {
  #thread: DecodeThread | undefined

  /**
   * Checks and indexes a request. The body belongs to the decoder from here on: a large one is gone from its buffer afterwards.
   * @throws DecodeError naming the field (or rejects with it).
   */
  decode(signal: Signal, format: RequestFormat, body: Uint8Array): Batch | Promise<Batch> {
    const isTransferable = body.buffer instanceof ArrayBuffer
    if (body.length < LARGE_BYTES[format] || !isTransferable) return decodeRequest(signal, format, body)
    if (this.#thread === undefined || this.#thread.ended) this.#thread = new DecodeThread()
    return this.#thread.decode(signal, format, body as Uint8Array<ArrayBuffer>)
  }

  /** Ends the thread. What is being decoded fails. */
  async close(): Promise<void> {
    await this.#thread?.close()
  }
}
