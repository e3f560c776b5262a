import { quoteText } from '../kit/quoted-text.ts'
import type { SearchExpr, SearchField, SearchOperator, SearchValue } from './ast.ts'
import { isKeyword, searchTokens } from './tokens.ts'

/** The text of an expression. Parsing it gives the same expression; what needs quotes gets them. */
export function printSearch(expr: SearchExpr): string {
  switch (expr.kind) {
    case 'and':
      return expr.items.map((item) => (item.kind === 'or' ? `(${printSearch(item)})` : printSearch(item))).join(' AND ')
    case 'or':
      return expr.items.map(printSearch).join(' OR ')
    case 'not':
      return `NOT ${expr.item.kind === 'and' || expr.item.kind === 'or' ? `(${printSearch(expr.item)})` : printSearch(expr.item)}`
    case 'text':
      return printText(expr.value)
    case 'exists':
      return `${printField(expr.field)}:*`
    case 'compare': {
      const values = expr.values.map((value) => printValue(value, expr.operator, expr.values.length > 1))
      return `${printField(expr.field)}${expr.operator}${values.length === 1 ? values[0] : `(${values.join(', ')})`}`
    }
  }
}

/** The field as it is written in a query, quoted only where it must be. */
export function printField(field: Pick<SearchField, 'level' | 'key' | 'quoted'>): string {
  const bare = field.level === undefined ? field.key : `${field.level}.${field.key}`
  if (!field.quoted) {
    const [token, more] = searchTokens(`${bare}=x`)
    const same = token?.kind === 'name' && token.key === field.key && token.level === field.level && !token.quoted
    if (same && more?.kind === 'operator') return bare
  }
  return field.level === undefined ? quoteText(field.key) : `${field.level}.${quoteText(field.key)}`
}

/** The value as it is written behind `operator`, quoted only where it must be. */
export function printValue(
  value: Pick<SearchValue, 'text' | 'quoted'>,
  operator: SearchOperator,
  inList = false,
): string {
  if (value.quoted || isKeyword(value.text) || (value.text === '*' && !inList)) return quoteText(value.text)
  const written = `x${operator}${inList ? '(' : ''}${value.text})`
  const tokens = searchTokens(written)
  const token = tokens[inList ? 3 : 2]
  const same = token?.kind === 'value' && !token.quoted && token.text === value.text && token.end === written.length - 1
  return same && tokens[1]?.text === operator ? value.text : quoteText(value.text)
}

function printText(value: SearchValue): string {
  if (value.quoted) return quoteText(value.text)
  const tokens = searchTokens(value.text)
  const [token] = tokens
  const same = tokens.length === 1 && token?.kind === 'name' && !token.quoted && token.text === value.text
  return same ? value.text : quoteText(value.text)
}
