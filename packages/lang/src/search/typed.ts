import { didYouMean } from '@clew/base/did-you-mean'
import { expectedOneOf, listOf } from '../kit/expected.ts'
import { SyntaxProblem } from '../kit/syntax-problem.ts'
import type { CompareExpr, FieldLevel, SearchExpr, SearchField, SearchOperator, SearchValue } from './ast.ts'
import { builtInField, SIGNAL_LEVELS, type BuiltInField, type SearchSignal } from './fields.ts'
import { readDurationNanos } from './read-duration.ts'

export const MAX_REGEX_CHARS = 1000

export type OrderOperator = '=' | '!=' | '<' | '<=' | '>' | '>='

/** An attribute's literal: bare text may match any type that reads the same, quoted text matches strings only. */
export interface AttributeLiteral {
  readonly text: string
  readonly quoted: boolean
  /** Set when bare text reads as a number (decimal or exponent form). */
  readonly number: number | undefined
  /** Set when bare text is `true` or `false`. */
  readonly boolean: boolean | undefined
}

/** A condition whose field is known and whose values have been read as that field's type. */
export type TypedCondition =
  | { readonly kind: 'text'; readonly text: string }
  | {
      readonly kind: 'field-text'
      readonly field: string
      readonly operator: SearchOperator
      readonly values: readonly string[]
    }
  | {
      readonly kind: 'field-number'
      readonly field: string
      readonly operator: OrderOperator
      readonly values: readonly number[]
    }
  | {
      readonly kind: 'field-duration'
      readonly field: string
      readonly operator: OrderOperator
      readonly values: readonly bigint[]
    }
  | {
      readonly kind: 'field-choice'
      readonly field: string
      readonly operator: OrderOperator
      /** Places in the field's list of choices. */
      readonly values: readonly number[]
    }
  /** Lower case hex, not padded. */
  | {
      readonly kind: 'field-id'
      readonly field: string
      readonly operator: '=' | '!='
      readonly values: readonly string[]
    }
  | { readonly kind: 'field-boolean'; readonly field: string; readonly value: boolean }
  | { readonly kind: 'field-exists'; readonly field: string }
  | {
      readonly kind: 'attribute'
      readonly level: FieldLevel | 'any'
      readonly key: string
      readonly operator: SearchOperator
      readonly values: readonly AttributeLiteral[]
    }
  | { readonly kind: 'attribute-exists'; readonly level: FieldLevel | 'any'; readonly key: string }

export type TypedExpr =
  | { readonly kind: 'and' | 'or'; readonly items: readonly TypedExpr[] }
  | { readonly kind: 'not'; readonly item: TypedExpr }
  | { readonly kind: 'condition'; readonly condition: TypedCondition }

/**
 * Says what every condition means for a signal. Throws SyntaxProblem at the field or value that makes no sense there:
 * an unknown choice, an operator that the field cannot have, a duration without a unit, a level the signal lacks.
 */
export function typeSearch(expr: SearchExpr, signal: SearchSignal): TypedExpr {
  switch (expr.kind) {
    case 'and':
    case 'or':
      return { kind: expr.kind, items: expr.items.map((item) => typeSearch(item, signal)) }
    case 'not':
      return { kind: 'not', item: typeSearch(expr.item, signal) }
    case 'text':
      return condition({ kind: 'text', text: expr.value.text })
    case 'exists': {
      const field = resolveBuiltIn(expr.field, signal)
      if (field !== undefined) return condition({ kind: 'field-exists', field: field.name })
      return condition({ kind: 'attribute-exists', ...attributeOf(expr.field, signal) })
    }
    case 'compare':
      return condition(typeCompare(expr, signal))
  }
}

function condition(condition: TypedCondition): TypedExpr {
  return { kind: 'condition', condition }
}

function resolveBuiltIn(field: SearchField, signal: SearchSignal): BuiltInField | undefined {
  if (field.quoted) return undefined
  return builtInField(field.level === undefined ? field.key : `${field.level}.${field.key}`, signal)
}

function attributeOf(field: SearchField, signal: SearchSignal): { level: FieldLevel | 'any'; key: string } {
  const levels = SIGNAL_LEVELS[signal]
  if (field.level === undefined || levels.includes(field.level)) return { level: field.level ?? 'any', key: field.key }
  throw new SyntaxProblem(
    `${signal} have no ${field.level} attributes`,
    field.position,
    `write ${listOf(levels.map((level) => `${level}.`))} before the key, or quote the whole key`,
  )
}

function typeCompare(expr: CompareExpr, signal: SearchSignal): TypedCondition {
  for (const value of expr.values) checkRegex(expr.operator, value)
  const field = resolveBuiltIn(expr.field, signal)
  if (field === undefined) return typeAttribute(expr, signal)
  const name = field.name
  switch (field.type) {
    case 'text':
      checkOperator(expr, field, ['=', '!=', '=~', '!~', ':', '!:'])
      return {
        kind: 'field-text',
        field: name,
        operator: expr.operator,
        values: expr.values.map((value) => value.text),
      }
    case 'number':
      checkOperator(expr, field, ORDER_OPERATORS)
      return {
        kind: 'field-number',
        field: name,
        operator: expr.operator as OrderOperator,
        values: expr.values.map(readNumberValue),
      }
    case 'duration':
      checkOperator(expr, field, ORDER_OPERATORS)
      return {
        kind: 'field-duration',
        field: name,
        operator: expr.operator as OrderOperator,
        values: expr.values.map(readDurationValue),
      }
    case 'choice':
      checkOperator(expr, field, field.ordered === true ? ORDER_OPERATORS : ['=', '!=', ':', '!:'])
      return {
        kind: 'field-choice',
        field: name,
        operator: expr.operator === ':' ? '=' : expr.operator === '!:' ? '!=' : (expr.operator as OrderOperator),
        values: expr.values.map((value) => readChoice(value, field)),
      }
    case 'id':
      checkOperator(expr, field, ['=', '!=', ':', '!:'])
      return {
        kind: 'field-id',
        field: name,
        operator: expr.operator === '=' || expr.operator === ':' ? '=' : '!=',
        values: expr.values.map((value) => readId(value, name === 'trace' || name === 'link.trace' ? 32 : 16)),
      }
    case 'boolean':
      checkOperator(expr, field, ['=', '!='])
      if (expr.values.length > 1) throw new SyntaxProblem(`'${name}' takes true or false`, expr.position)
      return {
        kind: 'field-boolean',
        field: name,
        value: readBoolean(expr.values[0] as SearchValue) === (expr.operator === '='),
      }
  }
}

const ORDER_OPERATORS: readonly SearchOperator[] = ['=', '!=', '<', '<=', '>', '>=']

function typeAttribute(expr: CompareExpr, signal: SearchSignal): TypedCondition {
  const ordered = expr.operator === '<' || expr.operator === '<=' || expr.operator === '>' || expr.operator === '>='
  const values = expr.values.map((value): AttributeLiteral => {
    const literal = {
      text: value.text,
      quoted: value.quoted,
      number: value.quoted ? undefined : readNumber(value.text),
      boolean: value.quoted ? undefined : value.text === 'true' ? true : value.text === 'false' ? false : undefined,
    }
    if (ordered && literal.number === undefined) {
      const fix = value.quoted ? 'write the number without quotes' : "write a number in the attribute's own unit"
      throw new SyntaxProblem(`'${expr.operator}' compares numbers, '${value.text}' is none`, value.position, fix)
    }
    return literal
  })
  return { kind: 'attribute', ...attributeOf(expr.field, signal), operator: expr.operator, values }
}

function checkOperator(expr: CompareExpr, field: BuiltInField, allowed: readonly SearchOperator[]): void {
  if (allowed.includes(expr.operator)) return
  throw new SyntaxProblem(
    `'${field.name}' cannot be compared with ${expr.operator}`,
    expr.position,
    `use ${listOf(allowed)}`,
  )
}

function checkRegex(operator: SearchOperator, value: SearchValue): void {
  if (operator !== '=~' && operator !== '!~') return
  if (value.text.length > MAX_REGEX_CHARS) {
    throw new SyntaxProblem(`a regular expression may have ${MAX_REGEX_CHARS} characters`, value.position)
  }
  const unsupported = /\(\?(?:<?[=!])|\\[1-9]/.exec(value.text)
  if (unsupported !== null) {
    throw new SyntaxProblem(
      `'${unsupported[0]}' is not supported in regular expressions`,
      value.position,
      'regular expressions have RE2 syntax: no look-around and no back-references',
    )
  }
}

/** The number that the whole text is; undefined when it is none. */
export function readNumber(text: string): number | undefined {
  return /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(text) ? Number(text) : undefined
}

function readNumberValue(value: SearchValue): number {
  const number = readNumber(value.text)
  if (number === undefined) throw new SyntaxProblem(`expected a number, got '${value.text}'`, value.position)
  return number
}

function readDurationValue(value: SearchValue): bigint {
  const nanos = readDurationNanos(value.text)
  if (nanos !== undefined) return nanos
  const fix = readNumber(value.text) === undefined ? 'write it like 250ms, 1.5s or 2m' : `give a unit: ${value.text}ms`
  throw new SyntaxProblem(`expected a duration, got '${value.text}'`, value.position, fix)
}

function readChoice(value: SearchValue, field: BuiltInField): number {
  const choices = field.choices ?? []
  const index = choices.indexOf(value.text.toLowerCase())
  if (index < 0) throw expectedOneOf(`one of the values of '${field.name}'`, choices, value.text, value.position)
  return index
}

function readId(value: SearchValue, maxDigits: number): string {
  const text = value.text.toLowerCase()
  if (/^[0-9a-f]+$/.test(text) && text.length <= maxDigits) return text
  throw new SyntaxProblem(`expected an id of up to ${maxDigits} hex digits, got '${value.text}'`, value.position)
}

function readBoolean(value: SearchValue): boolean {
  if (value.text === 'true') return true
  if (value.text === 'false') return false
  const guess = didYouMean(value.text, ['true', 'false'])
  throw new SyntaxProblem(
    `expected true or false, got '${value.text}'`,
    value.position,
    guess && `did you mean ${guess}?`,
  )
}
