import { VALUE_TAG } from '@clew/store/schema/attribute-value'
import { doubleText } from '@clew/store/schema/typed-json'
import { andSql, orSql, setOf, sql, textsParameter, type Sql } from '@clew/store/sql/sql'
import type { AttributeLiteral } from '@clew/lang/search/typed'
import type { SearchOperator } from '@clew/lang/search/ast'
import { integerOf } from './literal.ts'

/** Operators that say what holds; `!=`, `!~` and `!:` are their negations. */
export type PositiveOperator = Exclude<SearchOperator, '!=' | '!~' | '!:'>

/** The operator without its negation. */
function positiveOperator(operator: SearchOperator): { operator: PositiveOperator; negated: boolean } {
  if (operator === '!=') return { operator: '=', negated: true }
  if (operator === '!~') return { operator: '=~', negated: true }
  if (operator === '!:') return { operator: ':', negated: true }
  return { operator, negated: false }
}

/** Builds the positive condition and turns the whole of it round for `!=`, `!~`, `!:`: "none is so", not "one is not so". */
export function negatable(operator: SearchOperator, build: (operator: PositiveOperator) => Sql): Sql {
  const { operator: positive, negated } = positiveOperator(operator)
  return negated ? sql`NOT (${build(positive)})` : build(positive)
}

/**
 * Condition on a value of an attribute map (form: store's attribute-value). `value` is empty where the key is missing,
 * so every condition that an empty text would fulfil must also ask `present`. `emptyText` is how the empty text is stored.
 */
export function valueCondition(
  value: Sql,
  present: Sql,
  operator: PositiveOperator,
  literals: readonly AttributeLiteral[],
  emptyText = '',
): Sql {
  const [literal] = literals
  if (literal === undefined) return sql`0`
  switch (operator) {
    case '=': {
      const equal = sql`${value} IN ${setOf(textsParameter(literals.flatMap((each) => storedForms(each, emptyText))))}`
      return literals.some((each) => each.text === '') ? andSql([equal, present]) : equal
    }
    case ':':
      return literal.text === '' ? present : containsText(plainText(value), literal.text)
    case '=~':
      return andSql([present, sql`match(${plainText(value)}, ${literal.text})`])
    case '<':
    case '<=':
    case '>':
    case '>=':
      return numberCondition(value, operator, literal)
  }
}

/** Case-insensitive containment. */
export function containsText(value: Sql, text: string): Sql {
  return sql`positionCaseInsensitiveUTF8(${value}, ${text}) > 0`
}

/** The value as text, without its type tag. */
export function plainText(value: Sql): Sql {
  return sql`substring(${value}, if(ascii(${value}) < 8, 2, 1))`
}

/** Every stored form of values that read the same as the literal. */
export function storedForms(literal: AttributeLiteral, emptyText = ''): Buffer[] {
  const text = Buffer.from(literal.text === '' ? emptyText : literal.text)
  if (literal.text === '') return [text]
  const forms = [(text[0] ?? 255) < 8 ? tagged(VALUE_TAG.text, literal.text) : text]
  if (literal.boolean !== undefined) forms.push(tagged(VALUE_TAG.bool, literal.text))
  if (literal.number !== undefined) {
    const integer = integerOf(literal)
    if (integer !== undefined) forms.push(tagged(VALUE_TAG.int, integer.toString()))
    forms.push(tagged(VALUE_TAG.double, doubleText(literal.number)))
  }
  return forms
}

function tagged(tag: number, text: string): Buffer {
  return Buffer.concat([Buffer.from([tag]), Buffer.from(text)])
}

function numberCondition(value: Sql, operator: '<' | '<=' | '>' | '>=', literal: AttributeLiteral): Sql {
  if (literal.number === undefined) return sql`0`
  const number = sql`toFloat64OrNull(substring(${value}, 2))`
  const integer = integerOf(literal)
  const asDouble = compare(number, operator, sql`${literal.number}`)
  const asInt =
    integer === undefined ? asDouble : compare(sql`toInt64OrNull(substring(${value}, 2))`, operator, sql`${integer}`)
  return orSql([
    sql`(ascii(${value}) = ${VALUE_TAG.int} AND ifNull(${asInt}, 0))`,
    sql`(ascii(${value}) = ${VALUE_TAG.double} AND ifNull(${asDouble}, 0))`,
  ])
}

/** `left operator right` for an ordering operator. */
export function compare(left: Sql, operator: '=' | '!=' | '<' | '<=' | '>' | '>=', right: Sql): Sql {
  switch (operator) {
    case '=':
      return sql`${left} = ${right}`
    case '!=':
      return sql`${left} != ${right}`
    case '<':
      return sql`${left} < ${right}`
    case '<=':
      return sql`${left} <= ${right}`
    case '>':
      return sql`${left} > ${right}`
    case '>=':
      return sql`${left} >= ${right}`
  }
}
