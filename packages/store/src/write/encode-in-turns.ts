import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Batch } from '@clew/otlp/batch'
import { sliceBatch } from '@clew/otlp/batch-slice'
import type { SegmentEncoder } from './segment-encoder.ts'

/** Items whose rows are made without letting other work run: some ten milliseconds. */
const ITEMS_PER_TURN = 4096
/** And their bytes, for few items that are large. */
const BYTES_PER_TURN = 4 << 20

/**
 * Appends batches to a segment's rows, one after the other, with pauses in which others are served: a request of a million
 * spans must not hold up everybody else's acknowledgement.
 */
export async function encodeInTurns(
  encoder: SegmentEncoder,
  batches: Iterable<Batch>,
  createdMillis: number,
): Promise<void> {
  let items = 0
  let bytes = 0
  for (const batch of batches) {
    let from = 0
    for (let item = 0; item < batch.itemCount; item++) {
      bytes += batch.itemEnd[item]! - batch.itemStart[item]!
      if (++items < ITEMS_PER_TURN && bytes < BYTES_PER_TURN) continue
      encoder.add(sliceBatch(batch, from, item + 1), createdMillis)
      from = item + 1
      items = bytes = 0
      await nextTurn()
    }
    if (from < batch.itemCount) encoder.add(sliceBatch(batch, from, batch.itemCount), createdMillis)
  }
}
