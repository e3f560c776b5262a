import { assertUnreachable } from '@clew/base/errors'
import type { FieldLevel } from '@clew/lang/search/ast'
import type { SearchSignal } from '@clew/lang/search/fields'
import { parseSearch } from '@clew/lang/search/parse'
import { typeSearch, type TypedCondition, type TypedExpr } from '@clew/lang/search/typed'
import { andSql, orSql, sql, type Sql } from '@clew/store/sql/sql'
import type { KnownKeys, KnownLevel } from './attribute-sql.ts'
import { logCondition } from './log-condition.ts'
import { seriesCondition } from './series-condition.ts'
import { spanCondition } from './span-condition.ts'

/** What searches ask about attribute keys. */
export interface KeyLookup {
  /** What is known of a key; undefined when nothing is. */
  levels(signal: SearchSignal, key: string): Promise<readonly KnownLevel[] | undefined>
  /** Says that a search filters by a key. */
  noteFilter(signal: SearchSignal, key: string, level: FieldLevel | 'any'): void
}

export interface CompiledSearch {
  readonly expr: TypedExpr
  /** An expression over a row of the signal's table (spans, logs, metric_series). */
  readonly condition: Sql
  /** Nothing was asked: every row matches. */
  readonly matchesAll: boolean
}

/** Query text to SQL. Throws SyntaxProblem (`BAD_QUERY`) with the place of the fault. */
export async function compileSearch(text: string, signal: SearchSignal, lookup: KeyLookup): Promise<CompiledSearch> {
  const expr = typeSearch(parseSearch(text), signal)
  const condition = await exprToSql(expr, signal, lookup)
  return { expr, condition, matchesAll: expr.kind === 'and' && expr.items.length === 0 }
}

/** Conditions that must all hold, to SQL. */
export async function compileConditions(
  conditions: readonly TypedCondition[],
  signal: SearchSignal,
  lookup: KeyLookup,
): Promise<Sql> {
  const items = conditions.map((condition): TypedExpr => ({ kind: 'condition', condition }))
  return await exprToSql({ kind: 'and', items }, signal, lookup)
}

async function exprToSql(expr: TypedExpr, signal: SearchSignal, lookup: KeyLookup): Promise<Sql> {
  const found = new Map<string, readonly KnownLevel[] | undefined>()
  for (const [key, levels] of attributeKeys(expr)) {
    found.set(key, await lookup.levels(signal, key))
    for (const level of levels) lookup.noteFilter(signal, key, level)
  }
  return toSql(expr, signal, (key) => found.get(key))
}

function toSql(expr: TypedExpr, signal: SearchSignal, known: KnownKeys): Sql {
  switch (expr.kind) {
    case 'and':
      return andSql(expr.items.map((item) => toSql(item, signal, known)))
    case 'or':
      return orSql(expr.items.map((item) => toSql(item, signal, known)))
    case 'not':
      return sql`NOT (${toSql(expr.item, signal, known)})`
    case 'condition':
      return conditionSql(expr.condition, signal, known)
    default:
      return assertUnreachable(expr)
  }
}

function conditionSql(condition: TypedCondition, signal: SearchSignal, known: KnownKeys): Sql {
  if (signal === 'traces') return spanCondition(condition, known)
  return signal === 'logs' ? logCondition(condition, known) : seriesCondition(condition, known)
}

/** Keys, and the levels they are asked for on. */
function attributeKeys(expr: TypedExpr): Map<string, Set<FieldLevel | 'any'>> {
  const keys = new Map<string, Set<FieldLevel | 'any'>>()
  const visit = (node: TypedExpr): void => {
    if (node.kind === 'condition') {
      const { condition } = node
      if (condition.kind !== 'attribute' && condition.kind !== 'attribute-exists') return
      const levels = keys.get(condition.key)
      if (levels === undefined) keys.set(condition.key, new Set([condition.level]))
      else levels.add(condition.level)
    } else if (node.kind === 'not') visit(node.item)
    else node.items.forEach(visit)
  }
  visit(expr)
  return keys
}
