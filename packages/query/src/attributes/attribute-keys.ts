import type { AttributeLevel } from '@clew/contract/common'
import type { OutputOf, ParsedInputOf } from '@clew/contract/endpoint'
import type { attributeKeys } from '@clew/contract/traces'
import { hasBuiltInColumn } from '@clew/store/schema/promoted'
import { sql, uint64Parameter } from '@clew/store/sql/sql'
import type { Question } from '../run/question.ts'
import { readRange } from '../run/time-range.ts'

interface KeyRow {
  key: string
  level: AttributeLevel
  type: string
  occurrences: string
  size: string
  firstNanos: string
  lastNanos: string
}

/**
 * Keys that may occur in the range, those with the prefix first, then frequent ones. The catalogue knows when keys
 * arrived: what happened in the range arrived after its start, maybe long after its end.
 */
export async function answerAttributeKeys(
  input: ParsedInputOf<typeof attributeKeys>,
  question: Question,
): Promise<OutputOf<typeof attributeKeys>> {
  const range = readRange(input, question.nowNanos)
  const prefix = input.prefix === '' ? sql`1` : sql`positionCaseInsensitiveUTF8(Key, ${input.prefix}) > 0`
  const { rows } = await question.run<KeyRow>(
    sql`SELECT Key AS key, toString(Level) AS level, toString(Type) AS type, sum(Count) AS occurrences,
  sum(Bytes) AS size, min(FirstSeenNanos) AS firstNanos, max(LastSeenNanos) AS lastNanos
FROM attribute_keys
WHERE Signal = ${input.signal} AND ${prefix}
GROUP BY key, level, type
HAVING lastNanos >= ${uint64Parameter(range.startNanos)}
ORDER BY startsWith(lower(key), lower(${input.prefix})) DESC, occurrences DESC, key, level, type
LIMIT ${input.limit + 1}`,
    { shown: true },
  )
  if (rows.length > input.limit) question.incomplete('limit', `there are more than ${input.limit} keys`)
  const keys = rows.slice(0, input.limit).map((row) => ({
    key: row.key,
    level: row.level,
    type: row.type,
    count: Number(row.occurrences),
    bytes: Number(row.size),
    firstSeenNanos: row.firstNanos,
    lastSeenNanos: row.lastNanos,
    promoted: hasBuiltInColumn(row.level, row.key) || question.catalogue.hasColumn(row.level, row.key),
  }))
  return { keys, meta: question.meta() }
}
