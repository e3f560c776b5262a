import { SPAN_KINDS } from '@clew/contract/common'
import type { OutputOf, ParsedInputOf } from '@clew/contract/endpoint'
import type { listOperations, Red } from '@clew/contract/services'
import { andSql, sql, type Sql } from '@clew/store/sql/sql'
import { kindName } from '../run/names.ts'
import type { Question } from '../run/question.ts'
import { minutesOf, readRange, type TimeRange } from '../run/time-range.ts'
import type { DurationBuckets } from './duration-histogram.ts'
import { redOf } from './red.ts'

export interface Operation {
  readonly service: string
  readonly name: string
  readonly kind: (typeof SPAN_KINDS)[number]
  readonly red: Red
}

interface OperationRow {
  service: string
  name: string
  kind: number
  calls: number
  errors: number
  buckets: DurationBuckets
}

/** Operations in the range (in whole minutes), busiest first. */
export async function readOperations(
  range: TimeRange,
  where: Sql,
  limit: number,
  question: Question,
): Promise<Operation[]> {
  const minutes = minutesOf(range)
  const seconds = Number(range.endNanos - range.startNanos) / 1e9
  const { rows } = await question.run<OperationRow>(
    sql`SELECT toString(Service) AS service, toString(Name) AS name, Kind AS kind, sum(AdjustedSpans) AS calls,
  sum(AdjustedErrors) AS errors, sumMap(DurationBuckets) AS buckets
FROM operation_stats
WHERE Minute >= ${minutes.first} AND Minute < ${minutes.end} AND ${where}
GROUP BY service, name, kind
ORDER BY calls DESC, service, name, kind
LIMIT ${limit + 1}`,
    { shown: true },
  )
  if (rows.length > limit) question.incomplete('limit', `there are more than ${limit} operations`)
  return rows.slice(0, limit).map((row) => ({
    service: row.service,
    name: row.name,
    kind: kindName(row.kind),
    red: redOf([row], seconds),
  }))
}

/** Operations of one service or of all. */
export async function answerListOperations(
  input: ParsedInputOf<typeof listOperations>,
  question: Question,
): Promise<OutputOf<typeof listOperations>> {
  const range = readRange(input, question.nowNanos)
  const where: Sql[] = []
  if (input.service !== undefined) where.push(sql`Service = ${input.service}`)
  if (input.kind !== undefined) where.push(sql`Kind = ${SPAN_KINDS.indexOf(input.kind)}`)
  if (input.prefix !== '') where.push(sql`startsWith(lower(Name), lower(${input.prefix}))`)
  const operations = await readOperations(range, andSql(where), input.limit, question)
  return { operations, meta: question.meta() }
}
