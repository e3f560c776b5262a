import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Batch } from '@clew/otlp/batch'
import { sliceBatch } from '@clew/otlp/batch-slice'
import type { SegmentEncoder } from './segment-encoder.ts'

/** Items whose rows are made without letting other work run: some ten milliseconds. */
const ITEMS_PER_TURN = 4096

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
  for (const batch of batches) {
    for (let from = 0; from < batch.itemCount; from += ITEMS_PER_TURN) {
      const to = Math.min(batch.itemCount, from + ITEMS_PER_TURN)
      encoder.add(sliceBatch(batch, from, to), createdMillis)
      items += to - from
      if (items < ITEMS_PER_TURN) continue
      items = 0
      await nextTurn()
    }
  }
}
