import type { Batch } from '@clew/otlp/batch'
import type { BatchIndex } from '@clew/otlp/batch-index'
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
  let bytes = align(payload.length)
  for (const array of arraysOf(indexOf(payload, batch))) bytes += array.byteLength
  return bytes
}

/** Copies a request, with what is known about it, to `start` (a multiple of four) of `memory`. */
export function copyRequest({ payload, batch }: WrittenRequest, memory: ArrayBufferLike, start: number): SharedRequest {
  const source = new Uint8Array(memory, start, payload.length)
  source.set(payload)
  const index = indexOf(payload, batch)
  let at = start + align(payload.length)
  const copied = Object.entries(index ?? {}).map(([name, part]: [string, number | Int32Array]) => {
    if (typeof part === 'number') return [name, part]
    const copy = new Int32Array(memory, at, part.length)
    copy.set(part)
    at += part.byteLength
    return [name, copy]
  })
  return { signal: batch.signal, source, index: index && (Object.fromEntries(copied) as unknown as BatchIndex) }
}

/** The index fits only the bytes that it was made of. */
function indexOf(payload: Uint8Array, batch: Batch): BatchIndex | undefined {
  return batch.parts.source === payload ? batch.parts.index : undefined
}

function arraysOf(index: BatchIndex | undefined): Int32Array[] {
  return Object.values(index ?? {}).filter((part): part is Int32Array => part instanceof Int32Array)
}

/** Up to where an Int32Array may begin. */
function align(bytes: number): number {
  return (bytes + 3) & ~3
}
