import type { TypedCondition } from '@clew/lang/search/typed'
import { PROMOTED_SPAN_ATTRIBUTES } from '@clew/store/schema/promoted'
import { ident } from '@clew/store/sql/ident'
import { int64Parameter, orSql, sql, type Sql } from '@clew/store/sql/sql'
import { attributeCondition, attributeExists, type KnownKeys } from './attribute-sql.ts'
import { idIn } from './id-sql.ts'
import { textColumnCondition, textColumnPresent } from './text-sql.ts'
import { compare, containsText, negatable, plainText } from './value-sql.ts'

const NO_SPAN = sql`toFixedString('', 8)`

/** One condition as an expression over a row of `spans`. */
export function spanCondition(condition: TypedCondition, known: KnownKeys): Sql {
  switch (condition.kind) {
    case 'text':
      return freeText(condition.text)
    case 'field-text':
      return negatable(condition.operator, (operator) =>
        textField(condition.field, (column) => textColumnCondition(column, operator, condition.values)),
      )
    case 'field-duration':
      return condition.field === 'duration'
        ? valuesCondition(ident('DurationNanos'), condition.operator, condition.values.map(clampInt64))
        : ofTrace(
            valuesCondition(
              sql`toInt64(max(MaxEndNanos) - min(MinStartNanos))`,
              condition.operator,
              condition.values.map(clampInt64),
            ),
          )
    case 'field-number': {
      const sum = condition.field === 'trace.spans' ? sql`sum(SpanCount)` : sql`sum(ErrorCount)`
      return ofTrace(
        valuesCondition(
          sum,
          condition.operator,
          condition.values.map((value) => sql`${value}`),
        ),
      )
    }
    case 'field-choice': {
      const column = condition.field === 'status' ? ident('StatusCode') : ident('Kind')
      return valuesCondition(
        column,
        condition.operator,
        condition.values.map((value) => sql`${value}`),
      )
    }
    case 'field-id':
      return condition.operator === '=' ? idField(condition) : sql`NOT (${idField(condition)})`
    case 'field-boolean':
      return condition.value ? sql`ParentSpanId = ${NO_SPAN}` : sql`ParentSpanId != ${NO_SPAN}`
    case 'field-exists':
      return fieldExists(condition.field)
    case 'attribute':
      return attributeCondition({ ...condition, signal: 'traces', known }, condition.operator, condition.values)
    case 'attribute-exists':
      return attributeExists({ ...condition, signal: 'traces', known })
  }
}

/** `=` and `!=` take lists; `!=` means none of them. */
export function valuesCondition(
  column: Sql,
  operator: '=' | '!=' | '<' | '<=' | '>' | '>=',
  values: readonly Sql[],
): Sql {
  if (operator !== '!=') return orSql(values.map((value) => compare(column, operator, value)))
  return sql`NOT ${orSql(values.map((value) => compare(column, '=', value)))}`
}

function clampInt64(value: bigint): Sql {
  const max = 2n ** 63n - 1n
  return sql`${int64Parameter(value > max ? max : value)}`
}

function ofTrace(having: Sql): Sql {
  return sql`TraceId IN (SELECT TraceId FROM trace_summaries GROUP BY TraceId HAVING ${having})`
}

function textField(field: string, condition: (column: Sql) => Sql): Sql {
  switch (field) {
    case 'service':
      return condition(ident('Service'))
    case 'name':
      return condition(ident('Name'))
    case 'message':
      return condition(ident('StatusMessage'))
    case 'scope.name':
      return sql`ScopeId GLOBAL IN (SELECT ScopeId FROM scopes WHERE ${condition(sql`Name`)})`
    default:
      return sql`arrayExists(n -> ${condition(sql`n`)}, EventName)`
  }
}

function idField(condition: TypedCondition & { kind: 'field-id' }): Sql {
  switch (condition.field) {
    case 'trace':
      return idIn(ident('TraceId'), condition.values, 16)
    case 'span':
      return idIn(ident('SpanId'), condition.values, 8)
    case 'parent':
      return idIn(ident('ParentSpanId'), condition.values, 8)
    default:
      return sql`arrayExists(l -> ${idIn(sql`l`, condition.values, 16)}, LinkTraceId)`
  }
}

function fieldExists(field: string): Sql {
  switch (field) {
    case 'parent':
      return sql`ParentSpanId != ${NO_SPAN}`
    case 'link.trace':
      return sql`notEmpty(LinkTraceId)`
    case 'event.name':
      return sql`notEmpty(EventName)`
    case 'service':
    case 'name':
    case 'message':
    case 'scope.name':
      return textField(field, textColumnPresent)
    default:
      return sql`1`
  }
}

function freeText(text: string): Sql {
  if (text === '') return sql`1`
  // Type tags are control characters: only a text that has some could find them.
  const value = Array.from(text).some((char) => char < '\u0008') ? plainText(sql`v`) : sql`v`
  const inValues = (map: Sql): Sql => sql`arrayExists(v -> ${containsText(value, text)}, mapValues(${map}))`
  const number = /^[1-9]\d{0,17}$/.test(text) ? BigInt(text) : undefined
  return orSql([
    containsText(ident('Name'), text),
    containsText(ident('StatusMessage'), text),
    sql`arrayExists(n -> ${containsText(sql`n`, text)}, EventName)`,
    inValues(ident('Attributes')),
    ...PROMOTED_SPAN_ATTRIBUTES.flatMap((promoted) => {
      if (promoted.type === 'string') return [containsText(ident(promoted.column), text)]
      return number === undefined ? [] : [sql`${ident(promoted.column)} = ${number}`]
    }),
    sql`arrayExists(m -> ${inValues(sql`m`)}, EventAttributes)`,
    sql`arrayExists(m -> ${inValues(sql`m`)}, LinkAttributes)`,
    sql`ResourceId GLOBAL IN (SELECT ResourceId FROM resources WHERE ${inValues(sql`Attributes`)})`,
    sql`ScopeId GLOBAL IN (SELECT ScopeId FROM scopes WHERE ${inValues(sql`Attributes`)})`,
  ])
}
