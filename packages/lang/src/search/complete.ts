import { SEARCH_OPERATORS, type SearchOperator } from './ast.ts'
import {
  BUILT_IN_FIELDS,
  builtInField,
  SIGNAL_LEVELS,
  type BuiltInField,
  type FieldType,
  type SearchSignal,
} from './fields.ts'
import { searchTokens, type SearchToken } from './tokens.ts'

export interface CompletionItem {
  /** What to put in place of `start..end`. */
  readonly text: string
  readonly kind: 'field' | 'level' | 'operator' | 'value' | 'keyword'
  readonly detail: string
}

/** What may stand at the cursor. */
export interface Completion {
  /** Characters that a chosen item replaces. */
  readonly start: number
  readonly end: number
  /** Known without asking the store, already filtered by what is typed. */
  readonly items: readonly CompletionItem[]
  /** Ask the store for attribute keys: those that start with `prefix`, on `level` or on any. */
  readonly keys: { readonly level: string | undefined; readonly prefix: string } | undefined
  /** Ask the store for values of this field (`field` as written, with its level) that start with `prefix`. */
  readonly values: { readonly field: string; readonly prefix: string; readonly quoted: boolean } | undefined
}

/** Says what may come at `cursor` in a text that need not be complete. */
export function completeSearch(source: string, cursor: number, signal: SearchSignal = 'traces'): Completion {
  const before = source.slice(0, cursor)
  const tokens = searchTokens(before)
  const last = tokens.at(-1)
  const touching = last !== undefined && last.end === cursor ? last : undefined
  const end = touching === undefined ? cursor : endOfToken(source, touching)
  const value = valueAt(before, tokens, touching)
  if (value !== undefined) return completeValue(value, end, signal)
  if (touching?.kind === 'name' && (!touching.quoted || !touching.closed)) {
    return completeName(touching.start, end, before.slice(touching.start), signal)
  }
  if (last?.kind === 'name' && tokens.length > 0) {
    const field = before.slice(last.start, last.end)
    return joinItems(
      { start: cursor, end: cursor, items: operatorItems(field, signal), keys: undefined, values: undefined },
      touching === undefined ? completeName(cursor, cursor, '', signal) : undefined,
      keywordItems(),
    )
  }
  const mayJoin = last?.kind === 'value' || last?.kind === 'close' || last?.kind === 'list-close'
  const name = completeName(cursor, cursor, '', signal)
  return mayJoin ? joinItems({ ...name, items: [] }, name, keywordItems()) : name
}

interface ValuePlace {
  readonly field: string
  readonly operator: SearchOperator
  readonly start: number
  readonly prefix: string
  readonly quoted: boolean
}

/** The value being typed: behind an operator, or in a list. */
function valueAt(
  before: string,
  tokens: readonly SearchToken[],
  touching: SearchToken | undefined,
): ValuePlace | undefined {
  const typed = touching?.kind === 'value' && (!touching.quoted || !touching.closed) ? touching : undefined
  let index = tokens.length - (typed === undefined ? 1 : 2)
  if (typed === undefined && !opensValue(tokens[index])) return undefined
  while (index >= 0 && tokens[index]?.kind !== 'operator') index -= 1
  const operator = tokens[index]
  const name = tokens[index - 1]
  if (operator?.kind !== 'operator' || name?.kind !== 'name') return undefined
  return {
    field: before.slice(name.start, name.end),
    operator: operator.text,
    start: typed?.start ?? before.length,
    prefix: typed?.text ?? '',
    quoted: typed?.quoted ?? false,
  }
}

function opensValue(token: SearchToken | undefined): boolean {
  return token?.kind === 'operator' || token?.kind === 'list-open' || token?.kind === 'comma'
}

function completeValue(value: ValuePlace, end: number, signal: SearchSignal): Completion {
  const field = builtInField(value.field, signal)
  const place = { start: value.start, end, keys: undefined }
  if (field !== undefined && field.type !== 'text') {
    const items = fixedValues(field).filter((item) => item.text.startsWith(value.prefix.toLowerCase()))
    return { ...place, items, values: undefined }
  }
  const items: CompletionItem[] =
    value.prefix === '' && (value.operator === ':' || value.operator === '!:')
      ? [{ text: '*', kind: 'value', detail: value.operator === ':' ? 'is set' : 'is not set' }]
      : []
  return { ...place, items, values: { field: value.field, prefix: value.prefix, quoted: value.quoted } }
}

function fixedValues(field: BuiltInField): CompletionItem[] {
  const texts =
    field.type === 'boolean'
      ? ['true', 'false']
      : field.type === 'duration'
        ? ['10ms', '100ms', '500ms', '1s', '5s', '1m']
        : (field.choices ?? [])
  return texts.map((text) => ({ text, kind: 'value', detail: field.name }))
}

function completeName(start: number, end: number, typed: string, signal: SearchSignal): Completion {
  const lower = typed.toLowerCase()
  const items: CompletionItem[] = []
  for (const field of BUILT_IN_FIELDS[signal]) {
    const hit = [field.name, ...field.aliases].find((name) => name.startsWith(lower))
    if (hit !== undefined) items.push({ text: hit, kind: 'field', detail: field.describe })
  }
  for (const level of SIGNAL_LEVELS[signal]) {
    if (`${level}.`.startsWith(lower) && lower.length <= level.length) {
      items.push({ text: `${level}.`, kind: 'level', detail: `an attribute of the ${level}` })
    }
  }
  const level = SIGNAL_LEVELS[signal].find((name) => lower.startsWith(`${name}.`))
  const key = (level === undefined ? typed : typed.slice(level.length + 1)).replace(/^["']/, '')
  return { start, end, items, keys: { level, prefix: key }, values: undefined }
}

function operatorItems(written: string, signal: SearchSignal): CompletionItem[] {
  const field = builtInField(written, signal)
  const fits = OPERATORS_OF[field === undefined ? 'attribute' : field.ordered === true ? 'number' : field.type]
  return SEARCH_OPERATORS.filter((operator) => fits.includes(operator)).map((text) => ({
    text,
    kind: 'operator',
    detail: OPERATOR_MEANING[text],
  }))
}

const ORDER: readonly SearchOperator[] = ['=', '!=', '<', '<=', '>', '>=']
const OPERATORS_OF: Readonly<Record<FieldType | 'attribute', readonly SearchOperator[]>> = {
  attribute: SEARCH_OPERATORS,
  text: ['=', '!=', ':', '!:', '=~', '!~'],
  duration: ORDER,
  number: ORDER,
  choice: ['=', '!='],
  id: ['=', '!='],
  boolean: ['=', '!='],
}

/** What each operator means, in a few words. */
export const OPERATOR_MEANING: Readonly<Record<SearchOperator, string>> = {
  '=': 'is',
  '!=': 'is not',
  '<': 'less than',
  '<=': 'at most',
  '>': 'more than',
  '>=': 'at least',
  '=~': 'matches a regular expression',
  '!~': 'does not match a regular expression',
  ':': 'contains',
  '!:': 'does not contain',
}

function keywordItems(): Completion {
  const items: CompletionItem[] = [
    { text: 'AND', kind: 'keyword', detail: 'both hold' },
    { text: 'OR', kind: 'keyword', detail: 'one of them holds' },
    { text: 'NOT', kind: 'keyword', detail: 'does not hold' },
  ]
  return { start: 0, end: 0, items, keys: undefined, values: undefined }
}

function joinItems(first: Completion, ...more: readonly (Completion | undefined)[]): Completion {
  let joined = first
  for (const next of more) {
    if (next === undefined) continue
    joined = { ...joined, items: [...joined.items, ...next.items], keys: joined.keys ?? next.keys }
  }
  return joined
}

/** The token goes on behind the cursor: a chosen item replaces all of it. */
function endOfToken(source: string, token: SearchToken): number {
  const whole = searchTokens(source).find((other) => other.start === token.start)
  return whole !== undefined && whole.kind === token.kind ? whole.end : token.end
}
