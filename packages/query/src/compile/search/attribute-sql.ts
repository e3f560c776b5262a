import type { FieldLevel, SearchOperator } from '@clew/lang/search/ast'
import type { AttributeLiteral } from '@clew/lang/search/typed'
import { mayHaveKey, mayHaveValue } from '@clew/store/schema/attribute-index'
import { PROMOTED_LOG_ATTRIBUTES, PROMOTED_SPAN_ATTRIBUTES, type PromotedAttribute } from '@clew/store/schema/promoted'
import { ident } from '@clew/store/sql/ident'
import { andSql, orSql, sql, type Sql } from '@clew/store/sql/sql'
import type { PromotedKey } from '@clew/store/promote/promoted-key'
import { promotedKeyCondition, promotedKeyPresent } from './promoted-key-sql.ts'
import { promotedCondition, promotedPresent } from './promoted-sql.ts'
import { negatable, storedForms, valueCondition, type PositiveOperator } from './value-sql.ts'

/** Where a signal's rows keep the attributes of one level. */
type LevelPlace =
  | { readonly kind: 'map'; readonly column: string; readonly promoted: readonly PromotedAttribute[] }
  | { readonly kind: 'maps'; readonly column: string }
  | { readonly kind: 'interned'; readonly table: 'resources' | 'scopes'; readonly id: 'ResourceId' | 'ScopeId' }

const RESOURCE: LevelPlace = { kind: 'interned', table: 'resources', id: 'ResourceId' }
const SCOPE: LevelPlace = { kind: 'interned', table: 'scopes', id: 'ScopeId' }

export type AttributeSignal = 'traces' | 'logs' | 'metrics'

const PLACES: Readonly<Record<AttributeSignal, Partial<Record<FieldLevel, LevelPlace>>>> = {
  traces: {
    resource: RESOURCE,
    scope: SCOPE,
    span: { kind: 'map', column: 'Attributes', promoted: PROMOTED_SPAN_ATTRIBUTES },
    event: { kind: 'maps', column: 'EventAttributes' },
    link: { kind: 'maps', column: 'LinkAttributes' },
  },
  logs: {
    resource: RESOURCE,
    scope: SCOPE,
    log: { kind: 'map', column: 'Attributes', promoted: PROMOTED_LOG_ATTRIBUTES },
  },
  metrics: { resource: RESOURCE, scope: SCOPE, point: { kind: 'map', column: 'Attributes', promoted: [] } },
}

/** A level at which a key is known to occur, with the names of its types there (store's VALUE_TYPE_NAMES). */
export interface KnownLevel {
  readonly level: string
  readonly types: ReadonlySet<string>
  /** Columns that the key has there beside the map. */
  readonly columns?: PromotedKey | undefined
}

/** What the catalogue says about keys; undefined when it does not know the key, then everything is looked at. */
export type KnownKeys = (key: string) => readonly KnownLevel[] | undefined

export interface AttributeQuestion {
  readonly signal: AttributeSignal
  readonly level: FieldLevel | 'any'
  readonly key: string
  readonly known: KnownKeys
}

/** "An attribute with this key compares so": an expression over a row of the signal's table. */
export function attributeCondition(
  question: AttributeQuestion,
  operator: SearchOperator,
  literals: readonly AttributeLiteral[],
): Sql {
  return negatable(operator, (positive) => orSql(levelConditions(question, positive, literals)))
}

function levelConditions(
  question: AttributeQuestion,
  operator: PositiveOperator,
  literals: readonly AttributeLiteral[],
): Sql[] {
  return levelsOf(question).map(({ place, types, columns }) => {
    if (columns !== undefined) return promotedKeyCondition(columns, operator, literals)
    const at = (value: Sql, present: Sql): Sql => valueCondition(value, present, operator, literals)
    if (place.kind !== 'map') return inPlace(place, question.key, at)
    const inMap = andSql([indexedFor(question.key, operator, literals), inPlace(place, question.key, at)])
    const promoted = place.promoted.find((each) => each.key === question.key)
    if (promoted === undefined) return inMap
    const { column, zeroMatches } = promotedCondition(promoted, operator, literals)
    const typesInMap = [...(types ?? ['unknown'])].filter((type) => type !== promoted.type)
    const needsMap = zeroMatches || typesInMap.length > 0
    return orSql([...(column === undefined ? [] : [column]), ...(needsMap ? [inMap] : [])])
  })
}

/** "There is an attribute with this key". */
export function attributeExists(question: AttributeQuestion): Sql {
  const pieces = levelsOf(question).flatMap(({ place, columns }) => {
    if (columns !== undefined) return [promotedKeyPresent(columns)]
    const promoted = place.kind === 'map' ? place.promoted.find((each) => each.key === question.key) : undefined
    const present = inPlace(place, question.key, (_value, isThere) => isThere)
    const inMap = place.kind === 'map' ? andSql([mayHaveKey(question.key), present]) : present
    return promoted === undefined ? [inMap] : [promotedPresent(promoted), inMap]
  })
  return orSql(pieces)
}

interface AskedLevel {
  readonly place: LevelPlace
  readonly types: ReadonlySet<string> | undefined
  readonly columns: PromotedKey | undefined
}

function levelsOf(question: AttributeQuestion): AskedLevel[] {
  const places = PLACES[question.signal]
  const known = question.known(question.key)
  const levels = question.level === 'any' ? (Object.keys(places) as FieldLevel[]) : [question.level]
  return levels.flatMap((level) => {
    const place = places[level]
    if (place === undefined) return []
    const here = known?.find((each) => each.level === level)
    return known !== undefined && here === undefined ? [] : [{ place, types: here?.types, columns: here?.columns }]
  })
}

/** What the index of the map knows about such a condition. */
function indexedFor(key: string, operator: PositiveOperator, literals: readonly AttributeLiteral[]): Sql {
  return operator === '='
    ? mayHaveValue(
        key,
        literals.flatMap((literal) => storedForms(literal)),
      )
    : mayHaveKey(key)
}

function inPlace(place: LevelPlace, key: string, condition: (value: Sql, present: Sql) => Sql): Sql {
  const inMap = (map: Sql): Sql => condition(sql`${map}[${key}]`, sql`mapContains(${map}, ${key})`)
  switch (place.kind) {
    case 'map':
      return sql`(${inMap(ident(place.column))})`
    case 'maps':
      return sql`arrayExists(m -> ${inMap(sql`m`)}, ${ident(place.column)})`
    case 'interned': {
      const id = ident(place.id)
      return sql`${id} GLOBAL IN (SELECT ${id} FROM ${ident(place.table)} WHERE ${inMap(sql`Attributes`)})`
    }
  }
}
