import { sql, setOf, textsParameter, type Sql } from '@clew/store/sql/sql'
import { containsText, type PositiveOperator } from './value-sql.ts'

/** Condition on a text column. */
export function textColumnCondition(column: Sql, operator: PositiveOperator, texts: readonly string[]): Sql {
  const first = texts[0] ?? ''
  if (operator === '=') return sql`${column} IN ${setOf(textsParameter(texts))}`
  if (operator === '=~') return sql`match(${column}, ${first})`
  return first === '' ? sql`1` : containsText(column, first)
}

/** True for rows whose text column is not empty. */
export function textColumnPresent(column: Sql): Sql {
  return sql`${column} != ''`
}
