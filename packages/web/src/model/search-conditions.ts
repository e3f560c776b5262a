import type { AnyValue } from '@clew/contract/common'
import type { FieldLevel, SearchExpr, SearchOperator } from '@clew/lang/search/ast'
import { parseSearch } from '@clew/lang/search/parse'
import { printField, printSearch, printValue } from '@clew/lang/search/print'

/** A field of a search and a value clicked somewhere. */
export interface FieldValue {
  /** Undefined for built-in fields such as `service`. */
  readonly level: FieldLevel | undefined
  readonly key: string
  readonly value: AnyValue
}

/** The conditions that must all hold, as text. Undefined when the search cannot be read. */
export function conditionsOf(query: string): readonly string[] | undefined {
  const items = itemsOf(query)
  return items?.map((item) => (item.kind === 'or' ? `(${printSearch(item)})` : printSearch(item)))
}

/** The search without its `index`th condition. */
export function withoutCondition(query: string, index: number): string {
  return printItems((itemsOf(query) ?? []).filter((_, other) => other !== index))
}

/** The search with one more condition; unchanged when it has it already. */
export function withCondition(query: string, condition: string): string {
  if (query.trim() === '') return condition
  const items = itemsOf(query)
  if (items === undefined) return `${query} ${condition}`
  if (conditionsOf(query)?.includes(condition) === true) return query
  return `${items.length === 1 && items[0]?.kind === 'or' ? `(${query.trim()})` : query.trim()} ${condition}`
}

/** The search with its `duration` bounds replaced; other conditions stay as they are. */
export function withDurationBounds(query: string, atLeast: string | undefined, atMost: string | undefined): string {
  const items = itemsOf(query)
  if (items === undefined) return query
  const bounds = items.filter(isDurationBound)
  const base = bounds.length === 0 ? query : printItems(items.filter((item) => !isDurationBound(item)))
  const low = atLeast === undefined ? base : withCondition(base, `duration>=${atLeast}`)
  return atMost === undefined ? low : withCondition(low, `duration<=${atMost}`)
}

/** `span.http.route="/x"`, or with `!=`. Undefined for values that a search cannot name (lists, bytes, empty). */
export function conditionText({ level, key, value }: FieldValue, operator: SearchOperator = '='): string | undefined {
  const text = valueText(value)
  if (text === undefined) return undefined
  const quoted = value.type === 'string' && !/^[\w.:/@-]+$/.test(text)
  return `${printField({ level, key, quoted: false })}${operator}${printValue({ text, quoted }, operator)}`
}

function valueText(value: AnyValue): string | undefined {
  switch (value.type) {
    case 'string':
    case 'int':
      return value.value
    case 'double':
    case 'bool':
      return String(value.value)
    case 'bytes':
    case 'array':
    case 'kvlist':
    case 'empty':
      return undefined
  }
}

function itemsOf(query: string): readonly SearchExpr[] | undefined {
  try {
    const expr = parseSearch(query)
    return expr.kind === 'and' ? expr.items : [expr]
  } catch {
    return undefined
  }
}

const printItems = (items: readonly SearchExpr[]): string =>
  items.length === 1 && items[0] !== undefined ? printSearch(items[0]) : printSearch({ kind: 'and', items })

const isDurationBound = (item: SearchExpr): boolean =>
  item.kind === 'compare' &&
  item.field.level === undefined &&
  item.field.key === 'duration' &&
  !item.field.quoted &&
  item.operator !== '=' &&
  item.operator !== '!='
