import type { Batch } from '@clew/otlp/batch'
import { splitBatch } from '@clew/otlp/batch-slice'
import type { QueueBatchConfig, Sizer } from './queue-config.ts'

/** What is sent at once. */
export interface SendRequest {
  readonly batches: readonly Batch[]
  readonly points: number
  readonly bytes: number
}

/** The requests that the gathered batches make: one, unless a batch by itself is bigger than `max_size` items. */
export function requestsOf(batches: readonly Batch[], batching: QueueBatchConfig | undefined): SendRequest[] {
  const [only] = batches
  const splits = batching !== undefined && batching.max_size > 0 && batching.sizer === 'items'
  if (!splits || only === undefined || batches.length > 1) return [requestOf(batches)]
  return splitBatch(only, batching.max_size).map((part) => requestOf([part]))
}

function requestOf(batches: readonly Batch[]): SendRequest {
  let points = 0
  let bytes = 0
  for (const batch of batches) {
    points += batch.pointCount
    bytes += batch.byteLength
  }
  return { batches, points, bytes }
}

/** The size of a batch in the unit of a queue. */
export function sizeOf(batch: Batch, sizer: Sizer): number {
  if (sizer === 'requests') return 1
  return sizer === 'items' ? batch.pointCount : batch.byteLength
}
