import type { AttributeLiteral } from '@clew/lang/search/typed'
import type { PromotedAttribute } from '@clew/store/schema/promoted'
import { ident } from '@clew/store/sql/ident'
import { orSql, setOf, sql, textsParameter, uint64sParameter, type Sql } from '@clew/store/sql/sql'
import { integerOf } from './literal.ts'
import { compare, containsText, type PositiveOperator } from './value-sql.ts'
import { mayMatchEmpty } from './may-match-empty.ts'

/** What a condition asks of a promoted column, and whether values that stay in the map may fulfil it too. */
export interface PromotedCondition {
  /** Undefined when no value that the column can hold fulfils it. */
  readonly column: Sql | undefined
  /** The column's own type may be in the map for this condition: its zero value fulfils it. */
  readonly zeroMatches: boolean
}

/** The condition on the column of a promoted attribute. A column's default means that the attribute is not in it. */
export function promotedCondition(
  promoted: PromotedAttribute,
  operator: PositiveOperator,
  literals: readonly AttributeLiteral[],
): PromotedCondition {
  const column = ident(promoted.column)
  return promoted.type === 'string'
    ? textCondition(column, operator, literals)
    : integerCondition(column, operator, literals)
}

/** The column holds the attribute. */
export function promotedPresent(promoted: PromotedAttribute): Sql {
  return promoted.type === 'string' ? sql`${ident(promoted.column)} != ''` : sql`${ident(promoted.column)} != 0`
}

function textCondition(
  column: Sql,
  operator: PositiveOperator,
  literals: readonly AttributeLiteral[],
): PromotedCondition {
  const text = literals[0]?.text ?? ''
  switch (operator) {
    case '=': {
      const texts = literals.map((literal) => literal.text).filter((each) => each !== '')
      const zeroMatches = texts.length < literals.length
      return { column: texts.length === 0 ? undefined : sql`${column} IN ${setOf(textsParameter(texts))}`, zeroMatches }
    }
    case ':':
      if (text === '') return { column: sql`${column} != ''`, zeroMatches: true }
      return { column: containsText(column, text), zeroMatches: false }
    case '=~':
      return { column: sql`(${column} != '' AND match(${column}, ${text}))`, zeroMatches: mayMatchEmpty(text) }
    case '<':
    case '<=':
    case '>':
    case '>=':
      return { column: undefined, zeroMatches: false }
  }
}

/** The condition on a column of integers, 0 meaning that none is there. */
export function integerCondition(
  column: Sql,
  operator: PositiveOperator,
  literals: readonly AttributeLiteral[],
): PromotedCondition {
  const [literal] = literals
  switch (operator) {
    case '=': {
      const integers = literals.map(integerOf).filter((each) => each !== undefined)
      const others = integers.filter((each) => each !== 0n)
      const negative = others.some((each) => each < 0n)
      const list = negative
        ? sql`(${others.map((each) => sql`${column} = ${each}`).reduce((a, b) => sql`${a} OR ${b}`)})`
        : sql`${column} IN ${uint64sParameter(others)}`
      return { column: others.length === 0 ? undefined : list, zeroMatches: others.length < integers.length }
    }
    case ':':
    case '=~': {
      const text = sql`toString(${column})`
      const found =
        operator === ':' ? containsText(text, literal?.text ?? '') : sql`match(${text}, ${literal?.text ?? ''})`
      return { column: sql`(${column} != 0 AND ${found})`, zeroMatches: true }
    }
    case '<':
    case '<=':
    case '>':
    case '>=': {
      const number = literal?.number
      if (number === undefined || literal === undefined) return { column: undefined, zeroMatches: false }
      const right = integerOf(literal)
      // As values in the map are compared: exactly with an integer, else as doubles.
      const found =
        right === undefined
          ? compare(sql`toFloat64(${column})`, operator, sql`${number}`)
          : compare(column, operator, sql`${right}`)
      return { column: sql`(${column} != 0 AND ${found})`, zeroMatches: holds(0, operator, number) }
    }
  }
}

/** The condition on a column of finite doubles, 0 meaning that none is there; undefined when none can fulfil it. */
export function doubleCondition(
  column: Sql,
  operator: PositiveOperator,
  literals: readonly AttributeLiteral[],
): Sql | undefined {
  const [literal] = literals
  switch (operator) {
    case '=': {
      const numbers = literals
        .map((each) => each.number)
        .filter((each) => each !== undefined && Number.isFinite(each) && each !== 0)
      return numbers.length === 0 ? undefined : orSql(numbers.map((each) => sql`${column} = ${each as number}`))
    }
    case ':':
    case '=~': {
      const text = doubleAsText(column)
      const found =
        operator === ':' ? containsText(text, literal?.text ?? '') : sql`match(${text}, ${literal?.text ?? ''})`
      return sql`(${column} != 0 AND ${found})`
    }
    case '<':
    case '<=':
    case '>':
    case '>=':
      return literal?.number === undefined
        ? undefined
        : sql`(${column} != 0 AND ${compare(column, operator, sql`${literal.number}`)})`
  }
}

/** As the store writes doubles: what stands in a column of doubles reads back so (see the store's promoted-ddl). */
export function doubleAsText(column: Sql): Sql {
  return sql`concat(toString(${column}), if(match(toString(${column}), '[.e]'), '', '.0'))`
}

function holds(left: number, operator: '<' | '<=' | '>' | '>=', right: number): boolean {
  if (operator === '<') return left < right
  if (operator === '<=') return left <= right
  return operator === '>' ? left > right : left >= right
}
