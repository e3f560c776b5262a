import { ClewError } from '@clew/base/errors'
import { honestCount, type HonestCount } from '@clew/contract/common'
import type { OutputOf, ParsedInputOf } from '@clew/contract/endpoint'
import type { searchLogs } from '@clew/contract/logs'
import { sql, uint64Parameter, type Sql } from '@clew/store/sql/sql'
import { z } from 'zod'
import { decodeCursor, encodeCursor } from '../run/cursor.ts'
import type { Question } from '../run/question.ts'
import { readLogs } from './log-rows.ts'
import { logRange, matchingLogs } from './matching-logs.ts'

const COUNT_BUDGET_MS = 1_000
const integer = z.string().regex(/^\d{1,20}$/)

const cursorSchema = z.object({
  sort: z.enum(['newest', 'oldest']),
  start: integer,
  end: integer,
  at: integer,
  id: integer,
  total: honestCount,
})
type Cursor = z.infer<typeof cursorSchema>

/** A page of log records. */
export async function answerSearchLogs(
  input: ParsedInputOf<typeof searchLogs>,
  question: Question,
): Promise<OutputOf<typeof searchLogs>> {
  const cursor = input.cursor === undefined ? undefined : readCursor(input.cursor, input.sort)
  const range =
    cursor === undefined
      ? logRange(input, question)
      : { startNanos: BigInt(cursor.start), endNanos: BigInt(cursor.end) }
  const where = await matchingLogs(input, range, question)
  const way = input.sort === 'newest' ? sql`DESC` : sql`ASC`
  const order = sql`intDiv(AtNanos, 60000000000) ${way}, AtNanos ${way}, Id ${way}`
  const page = cursor === undefined ? where : sql`${where} AND ${isAfter(cursor)}`
  const found = await readLogs(page, order, input.limit + 1, question)
  const logs = found.slice(0, input.limit)
  const last = logs.at(-1)
  const total =
    cursor?.total ??
    (found.length <= input.limit
      ? { value: found.length, exact: true }
      : await countLogs(where, found.length, question))
  const nextCursor =
    found.length > input.limit && last !== undefined
      ? encodeCursor({
          sort: input.sort,
          start: range.startNanos.toString(),
          end: range.endNanos.toString(),
          at: last.atNanos,
          id: last.id,
          total,
        } satisfies Cursor)
      : null
  return { logs: logs.map((log) => log.record), nextCursor, total, meta: question.meta() }
}

function isAfter(cursor: Cursor): Sql {
  const [at, id] = [uint64Parameter(BigInt(cursor.at)), uint64Parameter(BigInt(cursor.id))]
  return cursor.sort === 'newest'
    ? sql`AtNanos <= ${at} AND (AtNanos < ${at} OR Id < ${id})`
    : sql`AtNanos >= ${at} AND (AtNanos > ${at} OR Id > ${id})`
}

/** Exact when it can be counted in a second, else at least what was counted. */
async function countLogs(where: Sql, atLeast: number, question: Question): Promise<HonestCount> {
  const { rows, complete } = await question.run<{ records: string }>(
    sql`SELECT count() AS records FROM logs WHERE ${where}`,
    { onLimit: 'break', maxExecutionMs: COUNT_BUDGET_MS },
  )
  return { value: Math.max(atLeast, Number(rows[0]?.records ?? 0)), exact: complete }
}

function readCursor(text: string, sort: string): Cursor {
  const cursor = decodeCursor(text, cursorSchema)
  if (cursor.sort === sort) return cursor
  throw new ClewError('BAD_CURSOR', `the cursor belongs to sort=${cursor.sort}, not to sort=${sort}`, {
    fix: 'start without a cursor when the order changes',
  })
}
