import { joinSql, Sql, sql, textParameter } from '../sql/sql.ts'
import type { SkipIndex } from './table.ts'

/*
 * What the skip index of an attribute map holds: a hash of each key with its value, and one of each key. An index of values alone
 * cannot tell `retries = 1` from the many other keys that are 1.
 */
const PAIRS = 'arrayMap((k, v) -> cityHash64(k, v), mapKeys(Attributes), mapValues(Attributes))'
const KEYS = 'arrayMap(k -> cityHash64(k), mapKeys(Attributes))'
const EXPRESSION = `arrayConcat(${PAIRS}, ${KEYS})`

/** The index of the column `Attributes`. */
export const ATTRIBUTE_INDEX: SkipIndex = {
  name: 'attribute_pairs',
  expression: EXPRESSION,
  type: 'bloom_filter(0.01)',
  granularity: 1,
}

const INDEXED = new Sql([EXPRESSION], [])

/** For the index alone: rows may have the key with one of these stored values. True for every row that is looked at. */
export function mayHaveValue(key: string, stored: readonly Uint8Array[]): Sql {
  const hashes = stored.map((value) => sql`cityHash64(${key}, ${textParameter(value)})`)
  return sql`indexHint(hasAny(${INDEXED}, [${joinSql(hashes, sql`, `)}]))`
}

/** For the index alone: rows may have the key. */
export function mayHaveKey(key: string): Sql {
  return sql`indexHint(has(${INDEXED}, cityHash64(${key})))`
}
