import type { Batch } from '@clew/otlp/batch'
import { type BatchIndex, indexSize, mapIndex } from '@clew/otlp/batch-index'
import type { Signal } from '@clew/otlp/signal'

/** A request on its way to the thread that makes rows. Without an index (the batch was edited) its bytes are read anew. */
export interface SharedRequest {
  readonly signal: Signal
  readonly source: Uint8Array
  readonly index: BatchIndex | undefined
}

/** A request that is on disk. */
export interface WrittenRequest {
  readonly payload: Uint8Array
  readonly batch: Batch
}

/** Bytes that `copyRequest` needs. */
export function sharedSize({ payload, batch }: WrittenRequest): number {
  const index = indexOf(payload, batch)
  return align(payload.length) + (index === undefined ? 0 : indexSize(index))
}

/** Copies a request, with what is known about it, to `start` (a multiple of four) of `memory`. */
export function copyRequest({ payload, batch }: WrittenRequest, memory: ArrayBufferLike, start: number): SharedRequest {
  const source = new Uint8Array(memory, start, payload.length)
  source.set(payload)
  const index = indexOf(payload, batch)
  let at = start + align(payload.length)
  const copy = (array: Int32Array): Int32Array => {
    const copied = new Int32Array(memory, at, array.length)
    copied.set(array)
    at += array.byteLength
    return copied
  }
  return { signal: batch.signal, source, index: index && mapIndex(index, copy) }
}

/** The index fits only the bytes that it was made of. */
function indexOf(payload: Uint8Array, batch: Batch): BatchIndex | undefined {
  return batch.parts.source === payload ? batch.parts.index : undefined
}

/** Up to where an Int32Array may begin. */
function align(bytes: number): number {
  return (bytes + 3) & ~3
}
