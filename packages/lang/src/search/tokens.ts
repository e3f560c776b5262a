import { readQuotedText } from '../kit/quoted-text.ts'
import { FIELD_LEVELS, SEARCH_OPERATORS, type FieldLevel, type SearchOperator } from './ast.ts'

interface Place {
  readonly start: number
  readonly end: number
}

/** A word or quoted text where a condition may start: a field when an operator follows, else free text. */
export interface NameToken extends Place {
  readonly kind: 'name'
  /** Without quotes and escapes. */
  readonly text: string
  readonly level: FieldLevel | undefined
  readonly key: string
  readonly quoted: boolean
  readonly closed: boolean
}
export interface ValueToken extends Place {
  readonly kind: 'value'
  readonly text: string
  readonly quoted: boolean
  readonly closed: boolean
}
export interface OperatorToken extends Place {
  readonly kind: 'operator'
  readonly text: SearchOperator
}
export interface MarkToken extends Place {
  readonly kind: 'and' | 'or' | 'not' | 'open' | 'close' | 'list-open' | 'list-close' | 'comma'
  readonly text: string
}
export type SearchToken = NameToken | ValueToken | OperatorToken | MarkToken

const KEYWORDS: ReadonlyMap<string, 'and' | 'or' | 'not'> = new Map([
  ['AND', 'and'],
  ['OR', 'or'],
  ['NOT', 'not'],
  ['&&', 'and'],
  ['||', 'or'],
])
const OPERATORS_LONGEST_FIRST = [...SEARCH_OPERATORS].sort((a, b) => b.length - a.length)

/** True for a word that joins conditions and so must be quoted to be searched for. */
export function isKeyword(text: string): boolean {
  return KEYWORDS.has(text)
}

/**
 * Tokens of a search text with their places. Never throws: an unclosed quote is a token with `closed: false`. What a
 * character means depends on whether a field or a value may stand there, so `url=https://a:80/b?c=d` needs no quotes.
 */
export function searchTokens(source: string): SearchToken[] {
  const tokens: SearchToken[] = []
  let mode: 'field' | 'value' | 'list' = 'field'
  let at = 0
  while (true) {
    while (at < source.length && isSpace(source[at] as string)) at += 1
    if (at >= source.length) return tokens
    const token: SearchToken = mode === 'field' ? fieldToken(source, at) : valueToken(source, at, mode)
    tokens.push(token)
    at = token.end
    if (token.kind === 'operator') mode = 'value'
    else if (token.kind === 'list-open') mode = 'list'
    else if (token.kind === 'list-close' || mode === 'value') mode = 'field'
  }
}

function fieldToken(source: string, start: number): SearchToken {
  const char = source[start] as string
  if (char === '(') return { kind: 'open', text: char, start, end: start + 1 }
  if (char === ')') return { kind: 'close', text: char, start, end: start + 1 }
  const operator = operatorAt(source, start)
  if (operator !== undefined) return { kind: 'operator', text: operator, start, end: start + operator.length }
  if (char === '-' && start + 1 < source.length && !isSpace(source[start + 1] as string)) {
    return { kind: 'not', text: char, start, end: start + 1 }
  }
  if (isQuote(char)) {
    const { value, end, closed } = readQuotedText(source, start)
    return { kind: 'name', text: value, level: undefined, key: value, quoted: true, closed, start, end }
  }
  return wordToken(source, start)
}

function wordToken(source: string, start: number): NameToken | MarkToken {
  let end = start
  while (end < source.length) {
    const char = source[end] as string
    if (isSpace(char) || char === '(' || char === ')') break
    if (operatorAt(source, end) !== undefined) break
    if (isQuote(char) && source[end - 1] === '.') {
      const level = levelNamed(source.slice(start, end - 1))
      if (level !== undefined) {
        const { value, end: behind, closed } = readQuotedText(source, end)
        return {
          kind: 'name',
          text: source.slice(start, behind),
          level,
          key: value,
          quoted: true,
          closed,
          start,
          end: behind,
        }
      }
    }
    end += 1
  }
  const text = source.slice(start, end)
  const keyword = KEYWORDS.get(text)
  if (keyword !== undefined) return { kind: keyword, text, start, end }
  const dot = text.indexOf('.')
  const level = dot > 0 && dot < text.length - 1 ? levelNamed(text.slice(0, dot)) : undefined
  const key = level === undefined ? text : text.slice(dot + 1)
  return { kind: 'name', text, level, key, quoted: false, closed: true, start, end }
}

function valueToken(source: string, start: number, mode: 'value' | 'list'): SearchToken {
  const char = source[start] as string
  if (mode === 'value' && char === '(') return { kind: 'list-open', text: char, start, end: start + 1 }
  if (char === ')') return { kind: mode === 'list' ? 'list-close' : 'close', text: char, start, end: start + 1 }
  if (mode === 'list' && char === ',') return { kind: 'comma', text: char, start, end: start + 1 }
  if (isQuote(char)) {
    const { value, end, closed } = readQuotedText(source, start)
    return { kind: 'value', text: value, quoted: true, closed, start, end }
  }
  let end = start
  let depth = 0
  while (end < source.length) {
    const next = source[end] as string
    if (isSpace(next) || (mode === 'list' && next === ',' && depth === 0)) break
    // Balanced brackets belong to a bare value, so that name=~GET(a|b) is one regular expression.
    if (next === '(') depth += 1
    if (next === ')') {
      if (depth === 0) break
      depth -= 1
    }
    end += 1
  }
  return { kind: 'value', text: source.slice(start, end), quoted: false, closed: true, start, end }
}

function operatorAt(source: string, at: number): SearchOperator | undefined {
  return OPERATORS_LONGEST_FIRST.find((operator) => source.startsWith(operator, at))
}

function levelNamed(text: string): FieldLevel | undefined {
  return FIELD_LEVELS.find((level) => level === text)
}

function isQuote(char: string): boolean {
  return char === '"' || char === "'"
}

function isSpace(char: string): boolean {
  return char === ' ' || char === '\t' || char === '\n' || char === '\r' || char === '\u00a0'
}
