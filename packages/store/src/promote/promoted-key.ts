import { createHash } from 'node:crypto'

/** Levels whose keys can get a column: those with a row (or an array in a row) of their own per span or record. */
export const PROMOTABLE_LEVELS = ['span', 'event', 'link', 'log'] as const

export type PromotableLevel = (typeof PROMOTABLE_LEVELS)[number]

/**
 * What a column of a promoted key holds. Whatever the form, every value of every type can be had from the key's columns alone:
 *
 * - `low`, `text`: the value as it stands in the map (schema/attribute-value.ts), dictionary-coded or not; empty when the key is
 *   missing, the byte 0 for the empty text.
 * - `int`, `double`: numbers of that type but zero; all else stands in a second column (`rest`) as in `text`, which is empty
 *   where the first one holds the value.
 */
export type KeyForm = 'low' | 'text' | 'int' | 'double'

/** A key that has a column (or two) beside the map, which keeps its value too. */
export interface PromotedKey {
  readonly level: PromotableLevel
  readonly key: string
  readonly form: KeyForm
  readonly column: string
  /** Column of the values that `column` cannot hold; with forms `int` and `double`. */
  readonly rest: string | undefined
  readonly sinceMillis: number
  /** Set when it is going to lose its column: since when no new query may use it. */
  readonly retiringSinceMillis: number | undefined
}

/** The stored form of the empty text in a promoted column, where empty means that the key is missing. */
export const EMPTY_TEXT = '\0'

/** Where the rows of a level keep their attributes. */
export interface KeyPlace {
  readonly table: 'spans' | 'logs'
  readonly signal: 'traces' | 'logs'
  readonly map: 'Attributes' | 'EventAttributes' | 'LinkAttributes'
  /** The column is an array of maps. */
  readonly nested: boolean
}

export const KEY_PLACES: Readonly<Record<PromotableLevel, KeyPlace>> = {
  span: { table: 'spans', signal: 'traces', map: 'Attributes', nested: false },
  event: { table: 'spans', signal: 'traces', map: 'EventAttributes', nested: true },
  link: { table: 'spans', signal: 'traces', map: 'LinkAttributes', nested: true },
  log: { table: 'logs', signal: 'logs', map: 'Attributes', nested: false },
}

/** Whether keys of this level can have a column. */
export function isPromotableLevel(level: string): level is PromotableLevel {
  return (PROMOTABLE_LEVELS as readonly string[]).includes(level)
}

/**
 * Names of the columns. The time of the promotion is part of them: a column that is promoted anew never has the name of one
 * whose removal the engine has not finished.
 */
export function promotedColumnNames(
  level: PromotableLevel,
  key: string,
  form: KeyForm,
  sinceMillis: number,
): { column: string; rest: string | undefined } {
  const column = `p_${createHash('sha256').update(`${level}\0${key}\0${form}\0${sinceMillis}`).digest('hex').slice(0, 16)}`
  return { column, rest: form === 'int' || form === 'double' ? `${column}_r` : undefined }
}

/** Whether a name can be one of `promotedColumnNames`. */
export function isPromotedColumnName(name: string): boolean {
  return /^p_[0-9a-f]{16}(_r)?$/.test(name)
}

/** The columns of a key, the one with typed values first. */
export function columnsOf(promoted: PromotedKey): readonly string[] {
  return promoted.rest === undefined ? [promoted.column] : [promoted.column, promoted.rest]
}
