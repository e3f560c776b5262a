import type { Driver } from '../driver/driver.ts'
import { sql } from '../sql/sql.ts'

/**
 * MergeTree settings that make writing cheaper (docs/adr/0010-store-write-cost.md). Only what the server knows is used: none
 * changes what is stored.
 */
const TUNING: Readonly<Record<string, string | number>> = {
  // An insert makes one file instead of two per column: each is fsynced. Big merges make column files again.
  min_level_for_wide_part: 1,
  min_bytes_for_wide_part: 128 << 20,
  // Column statistics for joins, computed again at every merge: nothing here asks for them.
  auto_statistics_types: '',
  // A row is rewritten a third as often as with the default of 5; up to 33 parts instead of 16.
  merge_selector_base: 16,
}

/** Settings by name, as SQL text. */
export type TableSettings = readonly string[]

/** The settings that this server has. */
export async function tableTuning(driver: Pick<Driver, 'query'>): Promise<TableSettings> {
  const { rows } = await driver.query<{ name: string }>(sql`SELECT name FROM system.merge_tree_settings`)
  const known = new Set(rows.map((row) => row.name))
  return Object.entries(TUNING)
    .filter(([name]) => known.has(name))
    .map(([name, value]) => `${name} = ${typeof value === 'number' ? value : `'${value}'`}`)
}
