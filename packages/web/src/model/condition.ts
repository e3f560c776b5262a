import { printField, printValue } from '@clew/lang/search/print'
import type { FieldLevel } from '@clew/lang/search/ast'

/** A field of the search language: built in (`service`) or an attribute of a level. */
export interface ConditionField {
  readonly key: string
  readonly level?: FieldLevel | undefined
}

/** `service=orders`, `resource."odd key"!="a b"`: one condition, quoted where it must be. */
export function condition(field: ConditionField | string, value: string, not = false): string {
  const { key, level } = typeof field === 'string' ? { key: field, level: undefined } : field
  const operator = not ? '!=' : '='
  const text = printField({ level, key, quoted: false })
  return `${text}${operator}${value === '' ? '""' : printValue({ text: value, quoted: false }, operator)}`
}

/** Conditions joined so that all must hold. */
export function allOf(...conditions: readonly string[]): string {
  return conditions.filter((one) => one !== '').join(' AND ')
}
