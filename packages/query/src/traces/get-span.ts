import { ClewError } from '@clew/base/errors'
import type { OutputOf, ParsedInputOf } from '@clew/contract/endpoint'
import type { getSpan } from '@clew/contract/traces'
import type { Question } from '../run/question.ts'
import { idIn } from '../compile/search/id-sql.ts'
import { andSql, sql } from '@clew/store/sql/sql'
import { fullSpanId, locateTrace } from './locate-trace.ts'
import { readSpanDetails } from './span-details.ts'

/** One span with everything it carries. Throws ClewError SPAN_NOT_FOUND. */
export async function answerGetSpan(
  input: ParsedInputOf<typeof getSpan>,
  question: Question,
): Promise<OutputOf<typeof getSpan>> {
  const location = await locateTrace(input.traceId, question)
  const spanId = fullSpanId(input.spanId)
  const where = andSql([location.where, idIn(sql`SpanId`, [spanId], 8)])
  const [span] = await readSpanDetails(where, 1, question)
  if (span === undefined) {
    throw new ClewError('SPAN_NOT_FOUND', `trace ${location.traceId} has no span ${spanId} in the store`, {
      fix: 'spans can be found about a second after they were sent',
    })
  }
  return { span, meta: question.meta() }
}
