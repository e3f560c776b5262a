import { SyntaxProblem, type TextRange } from '../kit/syntax-problem.ts'
import type { SearchExpr, SearchField, SearchOperator, SearchValue } from './ast.ts'
import { searchTokens, type NameToken, type SearchToken, type ValueToken } from './tokens.ts'

export const MAX_SEARCH_CHARS = 10_000
export const MAX_SEARCH_DEPTH = 64
export const MAX_SEARCH_CONDITIONS = 256

/**
 * Parses the search language (docs/search.md). Empty text matches everything. Throws SyntaxProblem (`BAD_QUERY`) with
 * the place of the fault, also for texts that are too long, too deep or have too many conditions.
 */
export function parseSearch(source: string): SearchExpr {
  if (source.length > MAX_SEARCH_CHARS) {
    throw new SyntaxProblem(`the query has ${source.length} characters, ${MAX_SEARCH_CHARS} are the most`, {
      start: MAX_SEARCH_CHARS,
      end: source.length,
    })
  }
  const state: ParserState = { source, tokens: searchTokens(source), next: 0, conditions: 0 }
  if (state.tokens.length === 0) return { kind: 'and', items: [] }
  const expr = parseOr(state, 0)
  const rest = peek(state)
  if (rest === undefined) return expr
  const fix = rest.kind === 'close' ? 'remove it, or open one before' : undefined
  throw new SyntaxProblem(`unexpected '${rest.text}'`, range(rest), fix)
}

interface ParserState {
  readonly source: string
  readonly tokens: readonly SearchToken[]
  next: number
  conditions: number
}

function parseOr(state: ParserState, depth: number): SearchExpr {
  const items = [parseAnd(state, depth)]
  while (peek(state)?.kind === 'or') {
    state.next += 1
    items.push(parseAnd(state, depth))
  }
  return join('or', items)
}

function parseAnd(state: ParserState, depth: number): SearchExpr {
  const items = [parseNot(state, depth)]
  while (true) {
    const kind = peek(state)?.kind
    if (kind === undefined || kind === 'or' || kind === 'close') return join('and', items)
    if (kind === 'and') state.next += 1
    items.push(parseNot(state, depth))
  }
}

function parseNot(state: ParserState, depth: number): SearchExpr {
  const token = peek(state)
  if (token?.kind !== 'not') return parseAtom(state, depth)
  deeper(depth, token)
  state.next += 1
  return { kind: 'not', item: parseNot(state, depth + 1) }
}

function parseAtom(state: ParserState, depth: number): SearchExpr {
  const token = peek(state)
  if (token?.kind === 'open') {
    deeper(depth, token)
    state.next += 1
    const inner = parseOr(state, depth + 1)
    if (peek(state)?.kind !== 'close') {
      throw new SyntaxProblem("expected ')'", range(peek(state) ?? endOf(state)), `close the '(' at ${token.start}`)
    }
    state.next += 1
    return inner
  }
  if (token?.kind !== 'name') throw expectedCondition(state, token)
  if (!token.closed) throw unclosed(token)
  state.next += 1
  state.conditions += 1
  if (state.conditions > MAX_SEARCH_CONDITIONS) {
    throw new SyntaxProblem(`more than ${MAX_SEARCH_CONDITIONS} conditions`, range(token))
  }
  const operator = peek(state)
  if (operator?.kind !== 'operator') {
    return { kind: 'text', value: { text: token.text, quoted: token.quoted, position: range(token) } }
  }
  state.next += 1
  return parseCondition(state, token, operator.text)
}

function parseCondition(state: ParserState, name: NameToken, operator: SearchOperator): SearchExpr {
  const field: SearchField = { level: name.level, key: name.key, quoted: name.quoted, position: range(name) }
  const values = parseValues(state, operator)
  const position = { start: name.start, end: state.tokens[state.next - 1]?.end ?? name.end }
  const [only] = values
  if ((operator === ':' || operator === '!:') && values.length === 1 && only?.text === '*' && !only.quoted) {
    const exists: SearchExpr = { kind: 'exists', field, position }
    return operator === ':' ? exists : { kind: 'not', item: exists }
  }
  return { kind: 'compare', field, operator, values, position }
}

function parseValues(state: ParserState, operator: SearchOperator): SearchValue[] {
  const token = peek(state)
  if (token?.kind === 'value') return [takeValue(state, token)]
  if (token?.kind !== 'list-open') {
    throw new SyntaxProblem(`expected a value after '${operator}'`, range(token ?? endOf(state)))
  }
  if (operator !== '=' && operator !== '!=') {
    throw new SyntaxProblem(`a list of values goes with = and !=, not with ${operator}`, range(token))
  }
  state.next += 1
  const values: SearchValue[] = []
  while (true) {
    const item = peek(state)
    if (item?.kind !== 'value') throw new SyntaxProblem('expected a value in the list', range(item ?? endOf(state)))
    values.push(takeValue(state, item))
    state.conditions += 1
    if (state.conditions > MAX_SEARCH_CONDITIONS) {
      throw new SyntaxProblem(`more than ${MAX_SEARCH_CONDITIONS} conditions`, range(item))
    }
    const behind = peek(state)
    if (behind?.kind !== 'comma' && behind?.kind !== 'list-close') {
      throw new SyntaxProblem("expected ',' or ')' in the list", range(behind ?? endOf(state)))
    }
    state.next += 1
    if (behind.kind === 'list-close') return values
  }
}

function takeValue(state: ParserState, token: ValueToken): SearchValue {
  if (!token.closed) throw unclosed(token)
  if (!token.quoted && (token.text === 'AND' || token.text === 'OR' || token.text === 'NOT')) {
    throw new SyntaxProblem('expected a value', range(token), `write "${token.text}" in quotes if it is the value`)
  }
  state.next += 1
  return { text: token.text, quoted: token.quoted, position: range(token) }
}

/** One item stands for itself; an `and` inside an `and` (brackets in the text) becomes one list. */
function join(kind: 'and' | 'or', items: readonly SearchExpr[]): SearchExpr {
  const [only] = items
  if (items.length === 1 && only !== undefined) return only
  return { kind, items: items.flatMap((item) => (item.kind === kind ? item.items : [item])) }
}

function deeper(depth: number, token: SearchToken): void {
  if (depth < MAX_SEARCH_DEPTH) return
  throw new SyntaxProblem(`brackets and NOTs are nested deeper than ${MAX_SEARCH_DEPTH}`, range(token))
}

function expectedCondition(state: ParserState, token: SearchToken | undefined): SyntaxProblem {
  if (token === undefined) return new SyntaxProblem('expected a condition at the end', endOf(state))
  const fix = token.kind === 'operator' ? 'write a field before it, or put the text in quotes' : undefined
  return new SyntaxProblem(`expected a condition, got '${token.text}'`, range(token), fix)
}

function unclosed(token: SearchToken): SyntaxProblem {
  return new SyntaxProblem('the quote is not closed', range(token), 'add the closing quote')
}

function peek(state: ParserState): SearchToken | undefined {
  return state.tokens[state.next]
}

function endOf(state: ParserState): TextRange {
  return { start: state.source.length, end: state.source.length }
}

function range(place: TextRange): TextRange {
  return { start: place.start, end: place.end }
}
