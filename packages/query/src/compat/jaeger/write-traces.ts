import type { Logger } from '@clew/base/logger'
import { errorMessage } from '@clew/base/errors'
import { sql, uint64Parameter } from '@clew/store/sql/sql'
import { idIn } from '../../compile/search/id-sql.ts'
import type { Question } from '../../run/question.ts'
import { readSpanDetails } from '../../traces/span-details.ts'
import type { JaegerError } from './answer.ts'
import type { TraceOutline } from './read-traces.ts'
import { JaegerProcesses, jaegerSpan } from './trace-json.ts'

/** A page holds this many spans at most; more start together only in traces that somebody made up. */
const MAX_SPANS_AT_ONCE = 200_000

/**
 * Traces in Jaeger's envelope as a stream of JSON text, a page of spans at a time: a trace of 100,000 spans needs no more
 * memory than a small one. What fails in the middle breaks the answer off, so that nobody takes a part for the whole.
 */
export function jaegerTracesBody(
  outlines: readonly TraceOutline[],
  errors: readonly JaegerError[],
  question: Question,
  logger: Logger,
): ReadableStream<Uint8Array> {
  const parts = writeTraces(outlines, errors, question)
  const encoder = new TextEncoder()
  return new ReadableStream({
    async pull(controller) {
      try {
        const { done, value } = await parts.next()
        if (done === true) controller.close()
        else controller.enqueue(encoder.encode(value))
      } catch (error) {
        logger.warn('a Jaeger answer was broken off', { error: errorMessage(error) })
        controller.error(error)
      }
    },
    async cancel() {
      await parts.return(undefined)
    },
  })
}

async function* writeTraces(
  outlines: readonly TraceOutline[],
  errors: readonly JaegerError[],
  question: Question,
): AsyncGenerator<string, undefined> {
  yield '{"data":['
  let comma = ''
  for (const outline of outlines) {
    yield comma
    yield* writeTrace(outline, question)
    comma = ','
  }
  yield `],"total":0,"limit":0,"offset":0,"errors":${errors.length === 0 ? 'null' : JSON.stringify(errors)}}`
  return undefined
}

async function* writeTrace(
  { traceId, spanIds, pages, warnings }: TraceOutline,
  question: Question,
): AsyncGenerator<string, void> {
  const processes = new JaegerProcesses()
  yield `{"traceID":"${traceId}","spans":[`
  let comma = ''
  for (const { firstNanos, lastNanos } of pages) {
    const where = sql`${idIn(sql`TraceId`, [traceId], 16)} AND StartNanos BETWEEN ${uint64Parameter(firstNanos)} AND ${uint64Parameter(lastNanos)}`
    const spans = await readSpanDetails(where, MAX_SPANS_AT_ONCE, question)
    if (spans.length === 0) continue
    yield comma + spans.map((span) => JSON.stringify(jaegerSpan(span, processes.idOf(span), spanIds))).join(',')
    comma = ','
  }
  yield `],"processes":${JSON.stringify(processes.byId)},"warnings":${warnings.length === 0 ? 'null' : JSON.stringify(warnings)}}`
}
