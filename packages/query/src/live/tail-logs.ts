import type { Clock } from '@clew/base/clock'
import type { OutputOf, ParsedInputOf } from '@clew/contract/endpoint'
import type { LogRecord, tailLogs } from '@clew/contract/logs'
import type { PipelinePort } from '../ports.ts'
import { liveLogs } from './live-logs.ts'
import { logMatcher } from './log-matcher.ts'
import { liveDocuments, type LiveStream } from './live-stream.ts'

/** Records that are looked at a second, so that a tail with a rare filter costs a bounded share of the processor. */
const MAX_LOOKED_AT_PER_SECOND = 20_000
const BATCHES_PER_SECOND = 500

/** Records that match, as they arrive. Throws SyntaxProblem. */
export function answerTailLogs(
  input: ParsedInputOf<typeof tailLogs>,
  pipeline: PipelinePort,
  clock: Clock,
): LiveStream<OutputOf<typeof tailLogs>> {
  const matches = logMatcher(input.q)
  let nextId = 0
  return liveDocuments(
    pipeline.tap({ node: '', signal: 'logs', maxPerSecond: BATCHES_PER_SECOND }),
    clock,
    { shownPerSecond: input.maxPerSecond, lookedAtPerSecond: MAX_LOOKED_AT_PER_SECOND },
    (batch, timeNanos) => {
      const records = liveLogs(batch, timeNanos, nextId)
      nextId += records.length
      return records.filter(matches)
    },
    (logs: LogRecord[], skipped) => ({ logs, skipped }),
  )
}
