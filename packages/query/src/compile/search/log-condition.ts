import type { TypedCondition } from '@clew/lang/search/typed'
import { ident } from '@clew/store/sql/ident'
import { orSql, sql, type Sql } from '@clew/store/sql/sql'
import { attributeCondition, attributeExists, type KnownKeys } from './attribute-sql.ts'
import { idIn } from './id-sql.ts'
import { textColumnCondition, textColumnPresent } from './text-sql.ts'
import { containsText, negatable } from './value-sql.ts'

const NO_TRACE = sql`toFixedString('', 16)`
const NO_SPAN = sql`toFixedString('', 8)`

/** Severity numbers 1 to 24 come in ranges of four; 0 is unspecified. */
const NUMBERS_PER_SEVERITY = 4

/** One condition as an expression over a row of `logs`. */
export function logCondition(condition: TypedCondition, known: KnownKeys): Sql {
  switch (condition.kind) {
    case 'text':
      return condition.text === '' ? sql`1` : containsText(ident('Body'), condition.text)
    case 'field-text':
      return negatable(condition.operator, (operator) =>
        textField(condition.field, (column) => textColumnCondition(column, operator, condition.values)),
      )
    case 'field-choice':
      return severityCondition(condition.operator, condition.values)
    case 'field-id': {
      const found =
        condition.field === 'trace'
          ? idIn(ident('TraceId'), condition.values, 16)
          : idIn(ident('SpanId'), condition.values, 8)
      return condition.operator === '=' ? found : sql`NOT (${found})`
    }
    case 'field-exists':
      return fieldExists(condition.field)
    case 'attribute':
      return attributeCondition({ ...condition, signal: 'logs', known }, condition.operator, condition.values)
    case 'attribute-exists':
      return attributeExists({ ...condition, signal: 'logs', known })
    case 'field-duration':
    case 'field-number':
    case 'field-boolean':
      return sql`0`
  }
}

/** Smallest and largest severity number of a place in the list of severities. */
function severityBounds(place: number): { first: number; last: number } {
  if (place === 0) return { first: 0, last: 0 }
  const last = place * NUMBERS_PER_SEVERITY
  return { first: last - NUMBERS_PER_SEVERITY + 1, last }
}

function severityCondition(operator: '=' | '!=' | '<' | '<=' | '>' | '>=', places: readonly number[]): Sql {
  const column = ident('SeverityNumber')
  const { first, last } = severityBounds(places[0] ?? 0)
  const anyOf = orSql(
    places.map((place) => {
      const bounds = severityBounds(place)
      return sql`${column} BETWEEN ${bounds.first} AND ${bounds.last}`
    }),
  )
  switch (operator) {
    case '=':
      return anyOf
    case '!=':
      return sql`NOT ${anyOf}`
    case '<':
      return sql`${column} < ${first}`
    case '<=':
      return sql`${column} <= ${last}`
    case '>':
      return sql`${column} > ${last}`
    case '>=':
      return sql`${column} >= ${first}`
  }
}

function textField(field: string, condition: (column: Sql) => Sql): Sql {
  switch (field) {
    case 'service':
      return condition(ident('Service'))
    case 'body':
      return condition(ident('Body'))
    case 'event.name':
      return condition(ident('EventName'))
    default:
      return sql`ScopeId GLOBAL IN (SELECT ScopeId FROM scopes WHERE ${condition(sql`Name`)})`
  }
}

function fieldExists(field: string): Sql {
  switch (field) {
    case 'trace':
      return sql`TraceId != ${NO_TRACE}`
    case 'span':
      return sql`SpanId != ${NO_SPAN}`
    case 'severity':
      return sql`SeverityNumber != 0`
    default:
      return textField(field, textColumnPresent)
  }
}
