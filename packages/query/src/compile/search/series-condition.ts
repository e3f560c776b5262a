import type { TypedCondition } from '@clew/lang/search/typed'
import { ident } from '@clew/store/sql/ident'
import { sql, type Sql } from '@clew/store/sql/sql'
import { attributeCondition, attributeExists, type KnownKeys } from './attribute-sql.ts'
import { textColumnCondition, textColumnPresent } from './text-sql.ts'
import { containsText, negatable } from './value-sql.ts'

/** One condition as an expression over a row of `metric_series`. */
export function seriesCondition(condition: TypedCondition, known: KnownKeys): Sql {
  switch (condition.kind) {
    case 'text':
      return sql`arrayExists(v -> ${containsText(sql`v`, condition.text)}, mapValues(Attributes))`
    case 'field-text':
      return negatable(condition.operator, (operator) =>
        textField(condition.field, (column) => textColumnCondition(column, operator, condition.values)),
      )
    case 'field-exists':
      return textField(condition.field, textColumnPresent)
    case 'attribute':
      return attributeCondition({ ...condition, signal: 'metrics', known }, condition.operator, condition.values)
    case 'attribute-exists':
      return attributeExists({ ...condition, signal: 'metrics', known })
    case 'field-choice':
    case 'field-id':
    case 'field-duration':
    case 'field-number':
    case 'field-boolean':
      return sql`0`
  }
}

function textField(field: string, condition: (column: Sql) => Sql): Sql {
  return field === 'service'
    ? condition(ident('Service'))
    : sql`ScopeId GLOBAL IN (SELECT ScopeId FROM scopes WHERE ${condition(sql`Name`)})`
}
