import type { Driver } from '../driver/driver.ts'
import { databaseName, systemTable } from '../schema/layout.ts'
import { sql } from '../sql/sql.ts'
import { readComment } from './promoted-ddl.ts'
import { columnsOf, KEY_PLACES, type PromotedKey } from './promoted-key.ts'

interface ColumnRow {
  readonly tableName: string
  readonly name: string
  readonly comment: string
}

/** The keys that have columns. */
export interface KnownKeys {
  readonly promoted: readonly PromotedKey[]
  /** Columns (the first of each key) that not every server of the cluster has yet: whoever is asked may be one that lacks them. */
  readonly incomplete: ReadonlySet<string>
}

/** A column that every server has: as many rows of it as there are servers. */
const EVERY_SERVER_HAS = { tableName: 'spans', name: 'Day' }

/**
 * Which keys have columns, as the engine's own schema says it: the comment of a column names its key. There is no second
 * list that could disagree with the tables, whatever was killed when. On a cluster all servers are asked: one that was away
 * when a column was added gets it when it comes back.
 */
export async function readPromotedKeys(driver: Pick<Driver, 'query' | 'cluster'>): Promise<KnownKeys> {
  const { rows } = await driver.query<ColumnRow>(
    sql`SELECT table AS tableName, name, comment FROM ${systemTable('columns', driver.cluster)}
WHERE database = ${databaseName(driver.cluster)} AND table IN ('spans', 'logs') AND (startsWith(name, 'p_') OR name = ${EVERY_SERVER_HAS.name})
ORDER BY table, position, name`,
    { maxExecutionMs: 10_000 },
  )
  const serversWith = new Map<string, number>()
  for (const { tableName, name } of rows)
    serversWith.set(`${tableName}.${name}`, (serversWith.get(`${tableName}.${name}`) ?? 0) + 1)
  const servers = serversWith.get(`${EVERY_SERVER_HAS.tableName}.${EVERY_SERVER_HAS.name}`) ?? 0
  const promoted = new Map<string, PromotedKey>()
  const incomplete = new Set<string>()
  for (const row of rows) {
    const key = readComment(row.comment)
    if (key === undefined || key.column !== row.name || KEY_PLACES[key.level].table !== row.tableName) continue
    // Retiring on one server is retiring.
    if (promoted.get(key.column)?.retiringSinceMillis !== undefined) continue
    const has = columnsOf(key).map((column) => serversWith.get(`${row.tableName}.${column}`) ?? 0)
    // Killed between two statements: half a key is none, and what there is of it is to be dropped.
    const isHalf = has.includes(0)
    promoted.set(key.column, isHalf ? { ...key, retiringSinceMillis: key.retiringSinceMillis ?? key.sinceMillis } : key)
    if (has.some((n) => n < servers)) incomplete.add(key.column)
  }
  return { promoted: [...promoted.values()], incomplete }
}
