import { Batch } from '@clew/otlp/batch'
import { answerCalls, type Result } from '@clew/otlp/thread/answer-calls'
import { RecentKeys } from './recent-keys.ts'
import type { RowTask } from './row-task.ts'
import { SegmentEncoder } from './segment-encoder.ts'
import type { SegmentId } from './segment-file.ts'
import type { SharedRequest } from './shared-requests.ts'
import { stageSegment } from './stage-segment.ts'
import { stageBlocks, type StagedTable } from './staged-segment.ts'

const SPARE_ENCODERS = 1
/** An encoder that had to grow beyond this is not kept: its memory would be. */
const MAX_SPARE_ROWS = 400_000
const MAX_SPARE_BYTES = 128 << 20
/** Interned rows remembered as written: some 100 bytes each. */
const MAX_RECENT_KEYS = 200_000

interface OpenSegment {
  readonly encoder: SegmentEncoder
  bytes: number
  /** Something failed: the rows are not whole. */
  spoiled: boolean
}

/*
 * The thread that makes rows: columns are filled while requests come in, and written to files when a segment is closed.
 */
const written = new RecentKeys(MAX_RECENT_KEYS)
const spare: SegmentEncoder[] = []
const open = new Map<string, OpenSegment>()

answerCalls(async (task: RowTask): Promise<Result> => {
  switch (task.kind) {
    case 'add':
      add(task.segment, task.requests)
      return { result: undefined }
    case 'stage':
      return { result: await stage(task.segment, task.directory) }
    case 'drop':
      open.delete(task.segment.id)
      return { result: undefined }
    case 'restage':
      return { result: await stageSegment(task.directory, task.segment) }
    case 'forget':
      written.clear()
      return { result: undefined }
  }
})

function add(segment: SegmentId, requests: readonly SharedRequest[]): void {
  let rows = open.get(segment.id)
  if (rows === undefined) {
    rows = { encoder: spare.pop() ?? new SegmentEncoder(written), bytes: 0, spoiled: false }
    open.set(segment.id, rows)
  }
  // A row that failed may be there in half of the columns.
  if (rows.spoiled) return
  rows.spoiled = true
  for (const { signal, source, index } of requests) {
    const batch = index === undefined ? Batch.fromProtobuf(signal, source) : new Batch({ signal, source, index })
    rows.encoder.add(batch, segment.createdMillis)
    rows.bytes += source.length
  }
  rows.spoiled = false
}

async function stage(segment: SegmentId, directory: string): Promise<StagedTable[]> {
  const rows = open.get(segment.id)
  open.delete(segment.id)
  if (rows === undefined || rows.spoiled) throw new Error('its rows could not be made')
  const { encoder, bytes } = rows
  const isUsual = encoder.rows <= MAX_SPARE_ROWS && bytes <= MAX_SPARE_BYTES
  const staged = await stageBlocks(directory, segment, encoder.blocks(segment.createdMillis))
  encoder.clear()
  if (isUsual && spare.length < SPARE_ENCODERS) spare.push(encoder)
  if (!isUsual) collectSoon()
  return staged
}

/** When the answer is away and nothing of the segment is in use any more. */
function collectSoon(): void {
  setImmediate(() => (globalThis as { gc?: () => void }).gc?.())
}
