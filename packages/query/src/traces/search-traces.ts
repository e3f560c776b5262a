import { honestCount } from '@clew/contract/common'
import type { OutputOf, ParsedInputOf } from '@clew/contract/endpoint'
import { TRACE_SORTS, type searchTraces } from '@clew/contract/traces'
import { ClewError } from '@clew/base/errors'
import { z } from 'zod'
import { decodeCursor, encodeCursor } from '../run/cursor.ts'
import type { Question } from '../run/question.ts'
import { readRange } from '../run/time-range.ts'
import { countTraces } from './count-traces.ts'
import { findTraces } from './find-traces.ts'
import { matchingSpansIn } from './matching-spans.ts'
import { traceDetails } from './trace-details.ts'
import type { TracePlace } from './trace-order.ts'

const nanos = z.string().regex(/^\d{1,20}$/)
const signedNanos = z.string().regex(/^-?\d{1,19}$|^\d{20}$/)

/** The range travels along, so that "now" does not move while somebody turns pages. */
const cursorSchema = z.object({
  sort: z.enum(TRACE_SORTS),
  start: nanos,
  end: nanos,
  key: signedNanos,
  id: z.string().regex(/^[0-9a-f]{32}$/),
  total: honestCount,
})
type Cursor = z.infer<typeof cursorSchema>

/** A page of traces. */
export async function answerSearchTraces(
  input: ParsedInputOf<typeof searchTraces>,
  question: Question,
): Promise<OutputOf<typeof searchTraces>> {
  const cursor = input.cursor === undefined ? undefined : readCursor(input.cursor, input.sort)
  const range =
    cursor === undefined
      ? readRange(input, question.nowNanos)
      : { startNanos: BigInt(cursor.start), endNanos: BigInt(cursor.end) }
  const matching = await matchingSpansIn(input.q, range, question)
  const from: TracePlace | undefined =
    cursor === undefined ? undefined : { key: BigInt(cursor.key), traceId: cursor.id }
  const places = await findTraces(matching, input.sort, from, input.limit + 1, question)
  const page = places.slice(0, input.limit)
  const last = page.at(-1)
  const isWhole = cursor === undefined && places.length <= input.limit
  const [total, traces] = await Promise.all([
    isWhole ? { value: page.length, exact: true } : (cursor?.total ?? countTraces(matching, question)),
    traceDetails(
      page.map((place) => place.traceId),
      matching,
      question,
    ),
  ])
  const nextCursor =
    places.length > input.limit && last !== undefined
      ? encodeCursor({
          sort: input.sort,
          start: range.startNanos.toString(),
          end: range.endNanos.toString(),
          key: last.key.toString(),
          id: last.traceId,
          total,
        } satisfies Cursor)
      : null
  return { traces, nextCursor, total, meta: question.meta() }
}

function readCursor(text: string, sort: string): Cursor {
  const cursor = decodeCursor(text, cursorSchema)
  if (cursor.sort === sort) return cursor
  throw new ClewError('BAD_CURSOR', `the cursor belongs to sort=${cursor.sort}, not to sort=${sort}`, {
    fix: 'start without a cursor when the order changes',
  })
}
