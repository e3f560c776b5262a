import { ClewError } from '@clew/base/errors'
import type { OutputOf, ParsedInputOf } from '@clew/contract/endpoint'
import type { attributeValues } from '@clew/contract/traces'
import { joinSql, sql, type Sql } from '@clew/store/sql/sql'
import { plainText } from '../compile/search/value-sql.ts'
import type { Question } from '../run/question.ts'
import { inRange, readRange, type TimeRange } from '../run/time-range.ts'
import { storedValue, valueText } from '../values/stored-value.ts'
import { readKey, valueSource } from './value-source.ts'

/** Completion must be quick; rather some values now than all of them later. */
const BUDGET_MS = 3_000

/** Frequent values of a field in the range; those that begin with the prefix before those that only contain it. */
export async function answerAttributeValues(
  input: ParsedInputOf<typeof attributeValues>,
  question: Question,
): Promise<OutputOf<typeof attributeValues>> {
  const range = readRange(input, question.nowNanos)
  const { key, level } = readKey(input.key)
  const known = await question.catalogue.levels(input.signal, key)
  question.catalogue.noteGroup(input.signal, key, level ?? 'any')
  const source = valueSource({
    written: input.key,
    signal: input.signal,
    inTime: timeCondition(input.signal, range),
    known,
  })
  if (source === undefined) {
    throw new ClewError('NO_VALUES', `the values of '${input.key}' cannot be listed`, {
      fix: 'ask for an attribute or for service, name, kind, status, severity',
    })
  }
  if (source.statements.length === 0) return { values: [], meta: question.meta() }
  const isChoice = source.choices !== undefined
  const text = plainText(sql`stored`)
  const matching =
    isChoice || input.prefix === '' ? sql`1` : sql`positionCaseInsensitiveUTF8(${text}, ${input.prefix}) > 0`
  const first = input.prefix === '' ? sql`` : sql`startsWith(lowerUTF8(${text}), lowerUTF8(${input.prefix})) DESC,`
  const { rows, complete } = await question.run<{ value: string; total: string }>(
    sql`SELECT stored AS value, sum(n) AS total
FROM (${joinSql(source.statements, sql` UNION ALL `)})
WHERE ${matching}
GROUP BY stored
ORDER BY ${first} total DESC, value
LIMIT ${input.limit + 1}`,
    { shown: true, onLimit: 'break', maxExecutionMs: BUDGET_MS },
  )
  if (!complete) question.incomplete('time-budget', 'values are from the rows that were read in time')
  if (rows.length > input.limit) question.incomplete('limit', `there are more than ${input.limit} values`)
  const values = rows.slice(0, input.limit).flatMap((row) => {
    if (source.choices !== undefined) {
      const value = source.choices[Number(row.value)] ?? row.value
      return value.startsWith(input.prefix.toLowerCase()) ? [{ value, type: 'string', count: Number(row.total) }] : []
    }
    const value = storedValue(row.value)
    return [{ value: valueText(value), type: value.type, count: Number(row.total) }]
  })
  return { values, meta: question.meta() }
}

/** A series has no time of its own. */
function timeCondition(signal: 'traces' | 'logs' | 'metrics', range: TimeRange): Sql {
  if (signal === 'traces') return inRange(sql`StartNanos`, range)
  if (signal === 'logs') return inRange(sql`AtNanos`, range)
  return sql`1`
}
