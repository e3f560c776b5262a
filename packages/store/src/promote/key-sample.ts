import type { Driver } from '../driver/driver.ts'
import { ident } from '../sql/ident.ts'
import { sql } from '../sql/sql.ts'
import { KEY_PLACES, type PromotableLevel } from './promoted-key.ts'

const SAMPLE_ROWS = 200_000

/** A look at the values of one key. */
export interface KeySample {
  readonly values: number
  readonly distinct: number
  /** Mean bytes of a value. */
  readonly meanBytes: number
}

/** Looks at a bounded number of rows that have the key. */
export async function sampleKey(
  driver: Pick<Driver, 'query'>,
  level: PromotableLevel,
  key: string,
): Promise<KeySample> {
  const { table, map, nested } = KEY_PLACES[level]
  const column = ident(map)
  const values = nested
    ? sql`arrayJoin(arrayMap(m -> m[${key}], arrayFilter(m -> mapContains(m, ${key}), ${column})))`
    : sql`${column}[${key}]`
  const has = nested ? sql`arrayExists(m -> mapContains(m, ${key}), ${column})` : sql`mapContains(${column}, ${key})`
  const { rows } = await driver.query<{ n: string; distinctValues: string; meanBytes: number | null }>(
    sql`SELECT count() AS n, uniq(v) AS distinctValues, ifNotFinite(avg(length(v)), 0) AS meanBytes
FROM (SELECT ${values} AS v FROM ${ident(table)} WHERE ${has} LIMIT ${SAMPLE_ROWS})`,
    { maxExecutionMs: 10_000, onLimit: 'break', maxThreads: 1 },
  )
  const row = rows[0]
  return {
    values: Number(row?.n ?? 0),
    distinct: Number(row?.distinctValues ?? 0),
    meanBytes: Number(row?.meanBytes ?? 0),
  }
}
