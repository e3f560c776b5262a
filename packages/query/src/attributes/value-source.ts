import { FIELD_LEVELS, type FieldLevel } from '@clew/lang/search/ast'
import { builtInField, SIGNAL_LEVELS, type SearchSignal } from '@clew/lang/search/fields'
import { searchTokens } from '@clew/lang/search/tokens'
import { PROMOTED_LOG_ATTRIBUTES, PROMOTED_SPAN_ATTRIBUTES } from '@clew/store/schema/promoted'
import { EMPTY_TEXT, KEY_PLACES, type PromotedKey } from '@clew/store/promote/promoted-key'
import { ident } from '@clew/store/sql/ident'
import { sql, type Sql } from '@clew/store/sql/sql'
import type { KnownLevel } from '../compile/search/attribute-sql.ts'
import { promotedKeyValue } from '../compile/search/promoted-key-sql.ts'

/** Statements that give `stored` (a value in the form of attribute maps) and `n` (rows that have it). */
export interface ValueSource {
  readonly statements: readonly Sql[]
  /** The values are places in this list. */
  readonly choices: readonly string[] | undefined
}

export interface ValueQuestion {
  readonly written: string
  readonly signal: SearchSignal
  /** Condition on the rows of the signal's table. */
  readonly inTime: Sql
  /** Levels at which the key is known to occur, with its types; undefined means any. */
  readonly known: readonly KnownLevel[] | undefined
}

const TABLES = { traces: 'spans', logs: 'logs', metrics: 'metric_series' } as const

/** Where the values of a field are; undefined for built-in fields whose values are not worth listing (ids, numbers). */
export function valueSource(question: ValueQuestion): ValueSource | undefined {
  const { signal, inTime } = question
  const table = ident(TABLES[signal])
  const builtIn = builtInField(question.written, signal)
  if (builtIn !== undefined) {
    const statement = builtInStatement(builtIn.name, table, inTime)
    return statement === undefined ? undefined : { statements: [statement], choices: builtIn.choices }
  }
  const { level, key } = readKey(question.written)
  const levels = SIGNAL_LEVELS[signal].filter(
    (each) =>
      (level === undefined || each === level) && question.known?.some((known) => known.level === each) !== false,
  )
  const knownAt = (each: FieldLevel): KnownLevel | undefined => question.known?.find((known) => known.level === each)
  return {
    statements: levels.map((each) => {
      const known = knownAt(each)
      return known?.columns === undefined
        ? levelStatement(each, key, table, inTime, known?.types)
        : columnStatement(known.columns, table, inTime)
    }),
    choices: undefined,
  }
}

/** Level and key of a field as the search language reads it: `span."weird key"`, `"weird key"`, `http.route`. */
export function readKey(written: string): { level: FieldLevel | undefined; key: string } {
  const [token, more] = searchTokens(written)
  if (token?.kind === 'name' && token.closed && more === undefined) return { level: token.level, key: token.key }
  const level = FIELD_LEVELS.find((each) => written.startsWith(`${each}.`))
  return { level, key: level === undefined ? written : written.slice(level.length + 1) }
}

function builtInStatement(name: string, table: Sql, inTime: Sql): Sql | undefined {
  const own = (value: Sql): Sql => counted(value, table, inTime)
  switch (name) {
    case 'service':
      return own(sql`Service`)
    case 'name':
      return own(sql`Name`)
    case 'message':
      return own(sql`StatusMessage`)
    case 'status':
      return own(sql`StatusCode`)
    case 'kind':
      return own(sql`Kind`)
    case 'severity':
      return own(sql`intDiv(SeverityNumber + 3, 4)`)
    case 'event.name':
      return own(table.parts[0] === 'logs' ? sql`EventName` : sql`arrayJoin(EventName)`)
    case 'scope.name':
      return sql`SELECT toString(Name) AS stored, n FROM (SELECT ScopeId, count() AS n FROM ${table} WHERE ${inTime}
        GROUP BY ScopeId) AS rows INNER JOIN (SELECT ScopeId, Name FROM scopes LIMIT 1 BY ScopeId) AS scope USING ScopeId`
    default:
      return undefined
  }
}

/** Grouped by the value as it is stored, which is faster for dictionary columns, and turned to text at the end. */
function counted(value: Sql, table: Sql, where: Sql, name = sql`stored`): Sql {
  return sql`SELECT toString(own) AS ${name}, n FROM (SELECT ${value} AS own, count() AS n FROM ${table} WHERE ${where} GROUP BY own)`
}

function levelStatement(
  level: FieldLevel,
  key: string,
  table: Sql,
  inTime: Sql,
  types: ReadonlySet<string> | undefined,
): Sql {
  switch (level) {
    case 'resource':
      return internedStatement(key, table, inTime, sql`ResourceId`, sql`resources`)
    case 'scope':
      return internedStatement(key, table, inTime, sql`ScopeId`, sql`scopes`)
    case 'event':
      return nestedStatement(key, table, inTime, sql`EventAttributes`)
    case 'link':
      return nestedStatement(key, table, inTime, sql`LinkAttributes`)
    case 'span':
    case 'log':
    case 'point':
      return ownStatement(level, key, table, inTime, types)
  }
}

function columnStatement(promoted: PromotedKey, table: Sql, inTime: Sql): Sql {
  if (KEY_PLACES[promoted.level].nested) {
    const value = sql`if(own = ${EMPTY_TEXT}, '', toString(own))`
    return sql`SELECT ${value} AS stored, n FROM (SELECT arrayJoin(${ident(promoted.column)}) AS own, count() AS n
      FROM ${table} WHERE ${inTime} GROUP BY own HAVING own != '')`
  }
  const { present, stored } = promotedKeyValue(promoted)
  return promoted.rest === undefined
    ? sql`SELECT if(own = ${EMPTY_TEXT}, '', own) AS stored, n FROM (${counted(ident(promoted.column), table, sql`${inTime} AND ${present}`, sql`own`)})`
    : sql`SELECT ${stored} AS stored, count() AS n FROM ${table} WHERE ${inTime} AND ${present} GROUP BY stored`
}

function internedStatement(key: string, table: Sql, inTime: Sql, id: Sql, interned: Sql): Sql {
  return sql`SELECT found.Attributes[${key}] AS stored, n
    FROM (SELECT ${id}, count() AS n FROM ${table} WHERE ${inTime} GROUP BY ${id}) AS rows
    INNER JOIN (SELECT ${id}, Attributes FROM ${interned} WHERE mapContains(Attributes, ${key}) LIMIT 1 BY ${id}) AS found
    USING ${id}`
}

function nestedStatement(key: string, table: Sql, inTime: Sql, column: Sql): Sql {
  return sql`SELECT arrayJoin(arrayMap(m -> m[${key}], arrayFilter(m -> mapContains(m, ${key}), ${column}))) AS stored,
      count() AS n
    FROM ${table} WHERE ${inTime} GROUP BY stored`
}

function ownStatement(
  level: 'span' | 'log' | 'point',
  key: string,
  table: Sql,
  inTime: Sql,
  types: ReadonlySet<string> | undefined,
): Sql {
  const list = level === 'span' ? PROMOTED_SPAN_ATTRIBUTES : level === 'log' ? PROMOTED_LOG_ATTRIBUTES : []
  const promoted = list.find((each) => each.key === key)
  const inMap = sql`mapContains(Attributes, ${key})`
  if (promoted === undefined) {
    return sql`SELECT Attributes[${key}] AS stored, count() AS n FROM ${table} WHERE ${inTime} AND ${inMap} GROUP BY stored`
  }
  const column = ident(promoted.column)
  if (promoted.type === 'string' && types !== undefined && [...types].every((type) => type === 'string')) {
    // All but the empty text, which is no help to anybody, is in the column.
    return counted(column, table, sql`${inTime} AND ${column} != ''`)
  }
  const [inColumn, value] =
    promoted.type === 'int'
      ? [sql`${column} != 0`, sql`concat(char(1), toString(${column}))`]
      : [sql`${column} != ''`, sql`toString(${column})`]
  return sql`SELECT if(${inColumn}, ${value}, Attributes[${key}]) AS stored, count() AS n
    FROM ${table} WHERE ${inTime} AND (${inColumn} OR ${inMap}) GROUP BY stored`
}
