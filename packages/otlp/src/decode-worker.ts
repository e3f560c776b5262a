import { parentPort } from 'node:worker_threads'
import type { BatchIndex } from './batch-index.ts'
import { decodeRequest, type RequestFormat } from './decode-request.ts'
import type { Signal } from './signal.ts'
import { DecodeError } from './wire/decode-error.ts'

/** A request for the worker of `RequestDecoder`; the body is transferred. */
export interface DecodeTask {
  readonly id: number
  readonly signal: Signal
  readonly format: RequestFormat
  readonly body: Uint8Array<ArrayBuffer>
}

/** Its answer: what a batch is made of, or what is wrong. */
export type DecodeOutcome =
  | { readonly id: number; readonly source: Uint8Array<ArrayBuffer>; readonly index: BatchIndex }
  | { readonly id: number; readonly malformed: Pick<DecodeError, 'problem' | 'offset' | 'path'> }
  | { readonly id: number; readonly bug: string }

/*
 * The thread in which large requests are checked and indexed, so that they hold up nobody else's. It has no state.
 */
parentPort?.on('message', ({ id, signal, format, body }: DecodeTask) => {
  try {
    const { index, source } = decodeRequest(signal, format, body).parts
    const arrays = Object.values(index).filter((part): part is Int32Array<ArrayBuffer> => part instanceof Int32Array)
    // A batch without items shares one empty array.
    const buffers = new Set([source.buffer as ArrayBuffer, ...arrays.map((array) => array.buffer)])
    answer({ id, source: source as Uint8Array<ArrayBuffer>, index }, [...buffers])
  } catch (error) {
    if (error instanceof DecodeError) {
      const { problem, offset, path } = error
      answer({ id, malformed: { problem, offset, path } })
    } else answer({ id, bug: error instanceof Error ? (error.stack ?? error.message) : String(error) })
  }
})

function answer(outcome: DecodeOutcome, transferred: ArrayBuffer[] = []): void {
  parentPort?.postMessage(outcome, transferred)
}
