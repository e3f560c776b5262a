import type { Clock } from '@clew/base/clock'
import type { OutputOf, ParsedInputOf } from '@clew/contract/endpoint'
import type { tapPipeline } from '@clew/contract/pipeline'
import type { PipelinePort } from '../ports.ts'
import { liveDocuments, type LiveStream } from './live-stream.ts'
import { tapItems } from './tap-items.ts'

type Output = OutputOf<typeof tapPipeline>

const MAX_LOOKED_AT_PER_SECOND = 5_000
const BATCHES_PER_SECOND = 50

/** A look at what flows out of a node. */
export function answerTapPipeline(
  input: ParsedInputOf<typeof tapPipeline>,
  pipeline: PipelinePort,
  clock: Clock,
): LiveStream<Output> {
  return liveDocuments(
    pipeline.tap({ node: input.node, signal: input.signal, maxPerSecond: BATCHES_PER_SECOND }),
    clock,
    { shownPerSecond: input.maxPerSecond, lookedAtPerSecond: MAX_LOOKED_AT_PER_SECOND },
    tapItems,
    (items: Output['items'], skipped) => ({ items, skipped }),
  )
}
