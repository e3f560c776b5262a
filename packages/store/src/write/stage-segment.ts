import { readFile } from 'node:fs/promises'
import { errorMessage } from '@clew/base/errors'
import { Batch } from '@clew/otlp/batch'
import { encodeInTurns } from './encode-in-turns.ts'
import { type Frame, scanFrames } from './frame.ts'
import { RecentKeys } from './recent-keys.ts'
import { SegmentEncoder } from './segment-encoder.ts'
import type { SegmentId } from './segment-file.ts'
import { stageBlocks, type StagedTable } from './staged-segment.ts'

const MAX_KEYS = 100_000

/** The rows of a segment, made from its file. */
export interface StagedSegment {
  readonly tables: readonly StagedTable[]
  readonly wholeRecords: number
  /** Why records are missing from the tables; empty when none are. */
  readonly damage: readonly string[]
}

/**
 * Makes the rows of a segment from its file: after a crash, or when they could not be made at once. Records that are
 * damaged, or of which no rows can be made, are left out and named.
 */
export async function stageSegment(stagingDirectory: string, segment: SegmentId): Promise<StagedSegment> {
  const { frames, damaged } = scanFrames(await readFile(segment.path))
  const damage = damaged.map((offset) => `bytes at offset ${offset} were changed after they had been written`)
  let encoder = newEncoder()
  let good: Frame[] = [...frames]
  const failed = await encodeAll(encoder, frames, segment.createdMillis)
  if (failed !== undefined) {
    // A record that failed may have left half a row behind: the good ones are found out first, then all is made anew.
    good = []
    for (const frame of frames) {
      const why = await encodeAll(newEncoder(), [frame], segment.createdMillis)
      if (why === undefined) good.push(frame)
      else damage.push(`no rows can be made of the record at offset ${frame.offset}: ${why}`)
    }
    encoder = newEncoder()
    await encodeAll(encoder, good, segment.createdMillis)
  }
  const tables = await stageBlocks(stagingDirectory, segment, encoder.blocks(segment.createdMillis))
  return { tables, wholeRecords: good.length, damage }
}

/** Keys of its own: what this segment refers to is written with it, whatever was noted when its rows were first made. */
function newEncoder(): SegmentEncoder {
  return new SegmentEncoder(new RecentKeys(MAX_KEYS))
}

/** Undefined when all went well, else why not. */
async function encodeAll(
  encoder: SegmentEncoder,
  frames: readonly Frame[],
  createdMillis: number,
): Promise<string | undefined> {
  try {
    await encodeInTurns(encoder, batchesOf(frames), createdMillis)
    return undefined
  } catch (error) {
    return errorMessage(error)
  }
}

function* batchesOf(frames: readonly Frame[]): Generator<Batch> {
  for (const frame of frames) yield Batch.fromProtobuf(frame.signal, frame.payload)
}
