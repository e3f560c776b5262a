import type { TableChange } from '../schema/schema-change.ts'
import {
  columnsOf,
  isPromotableLevel,
  isPromotedColumnName,
  KEY_PLACES,
  type KeyForm,
  type PromotableLevel,
  promotedColumnNames,
  type PromotedKey,
} from './promoted-key.ts'

/*
 * DDL has no parameters, and keys come from outside: a key stands in it as hex digits only. Everything else in these
 * statements is made from constants of this package and checked names.
 */
const TYPES: Readonly<Record<KeyForm, string>> = {
  low: 'LowCardinality(String)',
  text: 'String',
  int: 'Int64',
  double: 'Float64',
}
const CODECS: Readonly<Record<KeyForm, string>> = {
  low: 'ZSTD(1)',
  text: 'ZSTD(1)',
  int: 'T64, ZSTD(1)',
  double: 'ZSTD(1)',
}
const TAG_INT = 1
const TAG_DOUBLE = 2

/**
 * Adds the columns of a key; the engine computes them from the map at every insert and merge. Each is computed from the map
 * alone, not from the other one, so they can be added, written and dropped in any order.
 */
export function addColumns(promoted: PromotedKey): TableChange {
  const add = (column: string, type: string, codec: string, value: string): string =>
    `ADD COLUMN IF NOT EXISTS ${checked(column)} ${type} MATERIALIZED ${value} COMMENT '${comment(promoted)}' CODEC(${codec})`
  const changes = [add(promoted.column, columnType(promoted), CODECS[promoted.form], valueExpression(promoted))]
  if (promoted.rest !== undefined) {
    const rest = `if(${valueExpression(promoted)} != 0, '', ${textOf('Attributes', keyText(promoted.key))})`
    changes.push(add(promoted.rest, TYPES.low, CODECS.low, rest))
  }
  return {
    columns: changes,
    storage: indexedColumns(promoted).map(
      (column) => `ADD INDEX IF NOT EXISTS ${indexOf(column)} ${checked(column)} TYPE bloom_filter(0.01) GRANULARITY 1`,
    ),
  }
}

/** Notes in the schema whether the key is retiring. */
export function commentColumns(promoted: PromotedKey): TableChange {
  return {
    columns: columnsOf(promoted).map((column) => `COMMENT COLUMN IF EXISTS ${checked(column)} '${comment(promoted)}'`),
  }
}

/** Removes the indexes of a key, before its columns. */
export function dropIndexes(promoted: PromotedKey): TableChange {
  return { storage: indexedColumns(promoted).map((column) => `DROP INDEX IF EXISTS ${indexOf(column)}`) }
}

/** Removes the columns of a key. What they hold is in the map as well. The one that tells of the key goes last. */
export function dropColumns(promoted: PromotedKey): TableChange {
  return {
    columns: columnsOf(promoted)
      .toReversed()
      .map((column) => `DROP COLUMN IF EXISTS ${checked(column)}`),
  }
}

/** Writes the columns of some keys of one table into the parts of a partition, reading the map once. */
export function materialize(keys: readonly PromotedKey[], partitionId: string): TableChange {
  if (!/^\w+$/.test(partitionId)) throw new RangeError('a partition id was expected')
  const here = `IN PARTITION ID '${partitionId}'`
  const clauses = [
    ...keys.flatMap(columnsOf).map((column) => `MATERIALIZE COLUMN ${checked(column)} ${here}`),
    ...keys.flatMap(indexedColumns).map((column) => `MATERIALIZE INDEX ${indexOf(column)} ${here}`),
  ]
  return { storage: [clauses.join(', ')] }
}

/** The key that a column comment speaks of; undefined when it is none of ours. */
export function readComment(comment: string): PromotedKey | undefined {
  type Note = { clew?: unknown; level?: unknown; key?: unknown; form?: unknown; since?: unknown; retiring?: unknown }
  let note: Note
  try {
    note = (JSON.parse(comment) as Note | null) ?? {}
  } catch {
    return undefined
  }
  const { level, key, form, since, retiring } = note
  if (note.clew !== 'key' || typeof level !== 'string' || !isPromotableLevel(level)) return undefined
  if (typeof key !== 'string' || typeof form !== 'string' || !(form in TYPES) || typeof since !== 'number')
    return undefined
  return promotedKey({
    level,
    key: Buffer.from(key, 'hex').toString(),
    form: form as KeyForm,
    sinceMillis: since,
    retiringSinceMillis: typeof retiring === 'number' ? retiring : undefined,
  })
}

/** A promoted key with the names of its columns. */
export function promotedKey(key: Omit<PromotedKey, 'column' | 'rest'>): PromotedKey {
  return { ...key, ...promotedColumnNames(key.level, key.key, key.form, key.sinceMillis) }
}

/** Forms that a level can have: an array of numbers would need another column to tell zero from missing. */
export function formAt(level: PromotableLevel, form: KeyForm): KeyForm {
  return KEY_PLACES[level].nested && (form === 'int' || form === 'double') ? 'low' : form
}

/** Columns with a bloom filter of their values: an equality with a rare value then reads few granules. */
function indexedColumns(promoted: PromotedKey): readonly string[] {
  return KEY_PLACES[promoted.level].nested ? [] : columnsOf(promoted)
}

function indexOf(column: string): string {
  return `${checked(column)}_i`
}

function columnType(promoted: PromotedKey): string {
  const type = TYPES[promoted.form]
  return KEY_PLACES[promoted.level].nested ? `Array(${type})` : type
}

function valueExpression({ level, key: name, form }: PromotedKey): string {
  const { map, nested } = KEY_PLACES[level]
  const key = keyText(name)
  if (nested) return `arrayMap(m -> ${textOf('m', key)}, ${map})`
  const stored = `${map}[${key}]`
  const digits = `substring(${stored}, 2)`
  // A number is in its column only when the text can be made from it again: then nothing can be lost.
  switch (form) {
    case 'low':
    case 'text':
      return textOf(map, key)
    case 'int': {
      const number = `toInt64OrZero(${digits})`
      return `if(ascii(${stored}) = ${TAG_INT} AND toString(${number}) = ${digits}, ${number}, 0)`
    }
    case 'double': {
      const number = `toFloat64OrZero(${digits})`
      const shown = `concat(toString(${number}), if(match(toString(${number}), '[.e]'), '', '.0'))`
      return `if(ascii(${stored}) = ${TAG_DOUBLE} AND isFinite(${number}) AND ${shown} = ${digits}, ${number}, 0)`
    }
  }
}

/** The stored value; empty when missing; the byte 0 for the empty text. */
function textOf(map: string, key: string): string {
  return `if(${map}[${key}] = '' AND mapContains(${map}, ${key}), char(0), ${map}[${key}])`
}

function keyText(key: string): string {
  return `unhex('${hexOf(key)}')`
}

function comment({ level, key, form, sinceMillis, retiringSinceMillis }: PromotedKey): string {
  const note = {
    clew: 'key',
    level,
    key: hexOf(key),
    form,
    since: sinceMillis,
    ...(retiringSinceMillis === undefined ? {} : { retiring: retiringSinceMillis }),
  }
  const json = JSON.stringify(note)
  if (!/^[\w{}":,.]*$/.test(json)) throw new RangeError('a comment has a character it cannot have')
  return json
}

function hexOf(text: string): string {
  return Buffer.from(text).toString('hex')
}

function checked(column: string): string {
  if (!isPromotedColumnName(column)) throw new RangeError('the name of a promoted column was expected')
  return column
}
