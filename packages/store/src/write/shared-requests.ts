import type { Batch } from '@clew/otlp/batch'
import type { BatchIndex } from '@clew/otlp/batch-index'
import type { Signal } from '@clew/otlp/signal'
import type { SharedBuffers } from './shared-buffers.ts'

/** A request in shared memory. Without an index (the batch was edited) the bytes are read anew. */
export interface SharedRequest {
  readonly signal: Signal
  readonly source: Uint8Array
  readonly index: BatchIndex | undefined
}

/** Requests of one group, and the memory they lie in. */
export interface SharedRequests {
  readonly requests: readonly SharedRequest[]
  readonly memory: SharedArrayBuffer
}

/** Copies a group of requests, with what is known about them, into shared memory. */
export function shareRequests(
  group: readonly { readonly payload: Uint8Array; readonly batch: Batch }[],
  buffers: SharedBuffers,
): SharedRequests {
  const bytes = group.reduce((sum, { payload, batch }) => sum + sizeOf(payload, indexOf(payload, batch)), 0)
  const memory = buffers.take(bytes)
  let at = 0
  const requests = group.map(({ payload, batch }): SharedRequest => {
    const index = indexOf(payload, batch)
    const source = new Uint8Array(memory, at, payload.length)
    source.set(payload)
    at = align(at + payload.length)
    if (index === undefined) return { signal: batch.signal, source, index }
    const shared = mapIndex(index, (array) => {
      const copy = new Int32Array(memory, at, array.length)
      copy.set(array)
      at += array.byteLength
      return copy
    })
    return { signal: batch.signal, source, index: shared }
  })
  return { requests, memory }
}

/** The index fits only the bytes that it was made of. */
function indexOf(payload: Uint8Array, batch: Batch): BatchIndex | undefined {
  return batch.parts.source === payload ? batch.parts.index : undefined
}

function sizeOf(payload: Uint8Array, index: BatchIndex | undefined): number {
  let bytes = align(payload.length)
  if (index !== undefined) mapIndex(index, (array) => ((bytes += array.byteLength), array))
  return bytes
}

/** Up to where an Int32Array may begin. */
function align(bytes: number): number {
  return (bytes + 3) & ~3
}

function mapIndex(index: BatchIndex, map: (array: Int32Array) => Int32Array): BatchIndex {
  const entries = Object.entries(index) as [string, number | Int32Array][]
  const mapped = entries.map(([name, part]) => [name, typeof part === 'number' ? part : map(part)])
  return Object.fromEntries(mapped) as unknown as BatchIndex
}
