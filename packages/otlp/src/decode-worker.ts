import type { BatchIndex } from './batch-index.ts'
import { decodeRequest, type RequestFormat } from './decode-request.ts'
import type { Signal } from './signal.ts'
import { answerCalls } from './thread/answer-calls.ts'

/** A request for the thread of `RequestDecoder`; the body's buffer moves there. */
export interface DecodeTask {
  readonly signal: Signal
  readonly format: RequestFormat
  readonly body: Uint8Array<ArrayBuffer>
}

/** What a batch is made of. */
export interface DecodedRequest {
  readonly source: Uint8Array<ArrayBuffer>
  readonly index: BatchIndex
}

/*
 * The thread in which large requests are checked and indexed, so that they hold up nobody else's. It has no state.
 */
answerCalls(({ signal, format, body }: DecodeTask) => {
  const { index, source } = decodeRequest(signal, format, body).parts
  const views = [source, ...Object.values(index).filter((part) => part instanceof Int32Array)]
  // A batch without items shares one empty array.
  const transfer = [...new Set(views.map((view) => view.buffer as ArrayBuffer))]
  return { result: { source, index }, transfer }
})
