import type { Driver } from '../driver/driver.ts'
import { logicalTable, partsOnce } from '../schema/layout.ts'
import { sql } from '../sql/sql.ts'
import type { Clock } from '@clew/base/clock'
import { dayOfMillis } from '../write/day.ts'
import { storageTables } from './backfill.ts'
import { type Forced, type KeyHeat, keyId, type TypeCount } from './policy.ts'
import { isPromotableLevel, KEY_PLACES, type PromotableLevel } from './promoted-key.ts'

/** Uses of today and yesterday say what is hot; the last use of all days kept says what is cold. */
const HOT_DAYS = 1
const LIMITS = { maxExecutionMs: 10_000, maxThreads: 1 } as const
const MAX_KEYS = 5_000

/** The keys that were asked for, hottest first. */
export async function readHeat(driver: Pick<Driver, 'query'>, clock: Clock): Promise<KeyHeat[]> {
  const since = dayOfMillis(clock.unixMillis()) - HOT_DAYS
  const { rows } = await driver.query<{ level: string; key: string; uses: string; lastUsed: string }>(
    sql`SELECT toString(Level) AS level, Key AS key, max(typeUses) AS uses, max(typeLast) AS lastUsed FROM (
  SELECT Level, Key, Type, sumIf(Filters + Groups, Day >= toDate(${since})) AS typeUses, max(LastUsedMillis) AS typeLast
  FROM attribute_usage GROUP BY Level, Key, Type)
GROUP BY level, key ORDER BY uses DESC, key LIMIT ${MAX_KEYS}`,
    LIMITS,
  )
  return rows.flatMap((row) =>
    isPromotableLevel(row.level)
      ? [{ level: row.level, key: row.key, uses: Number(row.uses), lastUsedMillis: Number(row.lastUsed) }]
      : [],
  )
}

/** What people decided and did not take back. */
export async function readForced(driver: Pick<Driver, 'query'>): Promise<Map<string, Forced>> {
  const { rows } = await driver.query<{ level: string; key: string; action: string }>(
    sql`SELECT toString(Level) AS level, Key AS key, argMax(toString(Action), AtMillis) AS action
FROM key_decisions WHERE Author = 'user' GROUP BY level, key HAVING action != 'auto'`,
    LIMITS,
  )
  return new Map(
    rows.flatMap(({ level, key, action }) =>
      isPromotableLevel(level) && (action === 'promote' || action === 'demote') ? [[keyId(level, key), action]] : [],
    ),
  )
}

/** Rows of the tables that can get columns, on all shards. */
export async function readTableRows(
  driver: Pick<Driver, 'query' | 'cluster'>,
): Promise<Record<'spans' | 'logs', number>> {
  const { rows } = await driver.query<{ tableName: string; n: string }>(
    sql`SELECT table AS tableName, sum(rows) AS n FROM ${partsOnce('parts', driver.cluster)}
WHERE table IN ${storageTables(driver.cluster)} GROUP BY tableName`,
    LIMITS,
  )
  const of = (name: string): number => Number(rows.find((row) => logicalTable(row.tableName) === name)?.n ?? 0)
  return { spans: of('spans'), logs: of('logs') }
}

/** Types of a key, from the catalogue. */
export async function readTypes(
  driver: Pick<Driver, 'query'>,
  level: PromotableLevel,
  key: string,
): Promise<TypeCount[]> {
  const { rows } = await driver.query<{ type: string; n: string }>(
    sql`SELECT toString(Type) AS type, sum(Count) AS n FROM attribute_keys
WHERE Signal = ${KEY_PLACES[level].signal} AND Level = ${level} AND Key = ${key} GROUP BY type`,
    LIMITS,
  )
  return rows.map(({ type, n }) => ({ type, count: Number(n) }))
}

/** One decision, for the record. */
export interface Decision {
  readonly level: PromotableLevel
  readonly key: string
  readonly action: 'promote' | 'demote' | 'auto'
  readonly author: 'user' | 'job'
  readonly reason: string
}

/** Notes a decision. */
export async function noteDecision(driver: Pick<Driver, 'command'>, clock: Clock, decision: Decision): Promise<void> {
  await driver.command(
    sql`INSERT INTO key_decisions (AtMillis, Level, Key, Action, Author, Reason)
SELECT ${clock.unixMillis()}, ${decision.level}, ${decision.key}, ${decision.action}, ${decision.author}, ${decision.reason}`,
    { insert_deduplicate: 0 },
  )
}
