import type { Driver } from '../driver/driver.ts'
import { sql } from '../sql/sql.ts'
import { readComment } from './promoted-ddl.ts'
import { KEY_PLACES, type PromotedKey } from './promoted-key.ts'

interface ColumnRow {
  readonly tableName: string
  readonly name: string
  readonly comment: string
}

/**
 * Which keys have columns, as the engine's own schema says it: the comment of a column names its key. There is no second
 * list that could disagree with the tables, whatever was killed when.
 */
export async function readPromotedKeys(driver: Pick<Driver, 'query'>): Promise<PromotedKey[]> {
  const { rows } = await driver.query<ColumnRow>(
    sql`SELECT table AS tableName, name, comment FROM system.columns
WHERE database = currentDatabase() AND table IN ('spans', 'logs') AND startsWith(name, 'p_') ORDER BY table, position`,
    { maxExecutionMs: 10_000 },
  )
  const names = new Set(rows.map((row) => `${row.tableName}.${row.name}`))
  return rows.flatMap((row) => {
    const key = readComment(row.comment)
    if (key === undefined || key.column !== row.name || KEY_PLACES[key.level].table !== row.tableName) return []
    // Killed between two statements: half a key is none, and what there is of it is to be dropped.
    const isHalf = key.rest !== undefined && !names.has(`${row.tableName}.${key.rest}`)
    return [isHalf ? { ...key, retiringSinceMillis: key.retiringSinceMillis ?? key.sinceMillis } : key]
  })
}
