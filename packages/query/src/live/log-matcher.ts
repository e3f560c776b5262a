import { assertUnreachable } from '@clew/base/errors'
import type { AnyValue, Attribute } from '@clew/contract/common'
import { SEVERITIES, type LogRecord } from '@clew/contract/logs'
import { SyntaxProblem } from '@clew/lang/kit/syntax-problem'
import { parseSearch } from '@clew/lang/search/parse'
import { typeSearch, type AttributeLiteral, type TypedCondition, type TypedExpr } from '@clew/lang/search/typed'
import { integerOf } from '../compile/search/literal.ts'
import { valueText } from '../values/stored-value.ts'

export type LogMatcher = (record: LogRecord) => boolean

/**
 * The search language over records that are not in the store, with the same meaning as over those that are. Regular
 * expressions are refused: here they would run in this process, where a bad one could stop everything.
 * Throws SyntaxProblem.
 */
export function logMatcher(text: string): LogMatcher {
  return matcherOf(typeSearch(parseSearch(text), 'logs'), text)
}

function matcherOf(expr: TypedExpr, text: string): LogMatcher {
  switch (expr.kind) {
    case 'and': {
      const items = expr.items.map((item) => matcherOf(item, text))
      return (record) => items.every((item) => item(record))
    }
    case 'or': {
      const items = expr.items.map((item) => matcherOf(item, text))
      return (record) => items.some((item) => item(record))
    }
    case 'not': {
      const item = matcherOf(expr.item, text)
      return (record) => !item(record)
    }
    case 'condition':
      return conditionMatcher(expr.condition, text)
    default:
      return assertUnreachable(expr)
  }
}

function conditionMatcher(condition: TypedCondition, text: string): LogMatcher {
  if ('operator' in condition && (condition.operator === '=~' || condition.operator === '!~')) {
    throw new SyntaxProblem(
      'live tail does not know regular expressions',
      { start: 0, end: text.length },
      'use : (contains) here; the log search knows regular expressions',
    )
  }
  switch (condition.kind) {
    case 'text':
      return (record) => contains(valueText(record.body), condition.text)
    case 'field-text': {
      const isNegated = condition.operator === '!=' || condition.operator === '!:'
      const isContains = condition.operator === ':' || condition.operator === '!:'
      return (record) => {
        const field = fieldText(record, condition.field)
        const found = condition.values.some((value) => (isContains ? contains(field, value) : field === value))
        return found !== isNegated
      }
    }
    case 'field-choice': {
      const [first = 0] = condition.values
      return (record) => {
        const place = SEVERITIES.indexOf(record.severity)
        if (condition.operator === '=') return condition.values.includes(place)
        if (condition.operator === '!=') return !condition.values.includes(place)
        return compareNumbers(place, condition.operator, first)
      }
    }
    case 'field-id': {
      const width = condition.field === 'trace' ? 32 : 16
      const ids = new Set(condition.values.map((value) => value.padStart(width, '0')))
      return (record) =>
        ids.has(condition.field === 'trace' ? record.traceId : record.spanId) === (condition.operator === '=')
    }
    case 'field-exists':
      return (record) => fieldText(record, condition.field) !== ''
    case 'attribute': {
      const isNegated = condition.operator === '!=' || condition.operator === '!:'
      return (record) =>
        attributesOf(record, condition.level).some(
          (each) =>
            each.key === condition.key &&
            condition.values.some((literal) => valueMatches(each.value, condition.operator, literal)),
        ) !== isNegated
    }
    case 'attribute-exists':
      return (record) => attributesOf(record, condition.level).some((each) => each.key === condition.key)
    case 'field-duration':
    case 'field-number':
    case 'field-boolean':
      return () => false
    default:
      return assertUnreachable(condition)
  }
}

function contains(text: string, part: string): boolean {
  return text.toLowerCase().includes(part.toLowerCase())
}

function fieldText(record: LogRecord, field: string): string {
  switch (field) {
    case 'service':
      return record.service
    case 'body':
      return record.body.type === 'string' ? record.body.value : valueText(record.body)
    case 'event.name':
      return record.eventName
    case 'trace':
      return record.traceId
    case 'span':
      return record.spanId
    case 'severity':
      return record.severityNumber === 0 ? '' : record.severity
    default:
      return record.scope.name
  }
}

function attributesOf(record: LogRecord, level: string): readonly Attribute[] {
  switch (level) {
    case 'log':
      return record.attributes
    case 'resource':
      return record.resource
    case 'scope':
      return record.scope.attributes
    default:
      return [...record.attributes, ...record.resource, ...record.scope.attributes]
  }
}

function valueMatches(value: AnyValue, operator: string, literal: AttributeLiteral): boolean {
  if (operator === ':' || operator === '!:') return contains(valueText(value), literal.text)
  if (operator === '=' || operator === '!=') return equals(value, literal)
  if (literal.number === undefined || (value.type !== 'int' && value.type !== 'double')) return false
  return compareNumbers(Number(value.value), operator, literal.number)
}

function equals(value: AnyValue, literal: AttributeLiteral): boolean {
  switch (value.type) {
    case 'string':
      return value.value === literal.text
    case 'bool':
      return value.value === literal.boolean
    case 'int':
      return integerOf(literal)?.toString() === value.value
    case 'double':
      return literal.number !== undefined && Number(value.value) === literal.number
    case 'array':
    case 'kvlist':
    case 'bytes':
    case 'empty':
      return false
  }
}

function compareNumbers(left: number, operator: string, right: number): boolean {
  if (operator === '<') return left < right
  if (operator === '<=') return left <= right
  return operator === '>' ? left > right : left >= right
}
