import type { AttributeLiteral } from '@clew/lang/search/typed'
import { EMPTY_TEXT, KEY_PLACES, type PromotedKey } from '@clew/store/promote/promoted-key'
import { ident } from '@clew/store/sql/ident'
import { orSql, sql, type Sql } from '@clew/store/sql/sql'
import { doubleAsText, doubleCondition, integerCondition } from './promoted-sql.ts'
import { valueCondition, type PositiveOperator } from './value-sql.ts'

/**
 * The condition on the columns of a promoted key. They hold every value of every type, so the map is not read, and the
 * answer is the one that the map would give.
 */
export function promotedKeyCondition(
  promoted: PromotedKey,
  operator: PositiveOperator,
  literals: readonly AttributeLiteral[],
): Sql {
  const column = ident(promoted.column)
  const inText = (value: Sql): Sql => valueCondition(value, sql`${value} != ''`, operator, literals, EMPTY_TEXT)
  const { nested } = KEY_PLACES[promoted.level]
  if (nested) return sql`arrayExists(v -> ${inText(sql`v`)}, ${column})`
  if (promoted.rest === undefined) return inText(column)
  const typed =
    promoted.form === 'int'
      ? integerCondition(column, operator, literals).column
      : doubleCondition(column, operator, literals)
  return orSql([...(typed === undefined ? [] : [typed]), inText(ident(promoted.rest))])
}

/** The key is there. */
export function promotedKeyPresent(promoted: PromotedKey): Sql {
  const column = ident(promoted.column)
  if (KEY_PLACES[promoted.level].nested) return sql`arrayExists(v -> v != '', ${column})`
  if (promoted.rest === undefined) return sql`${column} != ''`
  return sql`(${column} != 0 OR ${ident(promoted.rest)} != '')`
}

/** Rows that have the key, and its value in the form of attribute maps. */
export function promotedKeyValue(promoted: PromotedKey): { readonly present: Sql; readonly stored: Sql } {
  const column = ident(promoted.column)
  const text = (value: Sql): Sql => sql`if(${value} = ${EMPTY_TEXT}, '', toString(${value}))`
  const present = promotedKeyPresent(promoted)
  if (promoted.rest === undefined) return { present, stored: text(column) }
  const number =
    promoted.form === 'int' ? sql`concat(char(1), toString(${column}))` : sql`concat(char(2), ${doubleAsText(column)})`
  return { present, stored: sql`if(${column} != 0, ${number}, ${text(ident(promoted.rest))})` }
}
