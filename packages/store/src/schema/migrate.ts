import { ClewError } from '@clew/base/errors'
import type { Driver } from '../driver/driver.ts'
import { sql, Sql } from '../sql/sql.ts'
import { createTableDdl, type DdlOptions, ttlExpression } from './ddl.ts'
import { type Migration, MIGRATIONS, SCHEMA_VERSION } from './migrations.ts'
import { TABLES } from './tables.ts'
import { tableTuning } from './tuning.ts'

const VERSION_TABLE = new Sql(
  [
    `CREATE TABLE IF NOT EXISTS schema_version
(
  Version UInt32 COMMENT 'Schema version that was reached',
  RetentionDays UInt32 COMMENT 'Retention that the tables have',
  At DateTime64(3, 'UTC') DEFAULT now64(3) COMMENT 'When'
)
ENGINE = MergeTree ORDER BY At COMMENT 'Schema versions, the newest row counts'`,
  ],
  [],
)

interface VersionRow {
  readonly Version: number
  readonly RetentionDays: number
}

/** Where to migrate to. */
export interface SchemaTarget {
  readonly version: number
  readonly migrations: readonly Migration[]
}

/**
 * Brings the database to this version of the schema and to this retention.
 * @throws ClewError SCHEMA_TOO_NEW when a newer Clew made it
 */
export async function migrate(
  driver: Pick<Driver, 'command' | 'query'>,
  options: DdlOptions,
  target: SchemaTarget = { version: SCHEMA_VERSION, migrations: MIGRATIONS },
): Promise<void> {
  await driver.command(VERSION_TABLE)
  const found = await driver.query<VersionRow>(
    sql`SELECT Version, RetentionDays FROM schema_version ORDER BY At DESC, Version DESC LIMIT 1`,
  )
  const current = found.rows[0]
  if (current !== undefined && current.Version > target.version) {
    throw new ClewError(
      'SCHEMA_TOO_NEW',
      `the database has schema version ${current.Version}, this Clew knows ${target.version}`,
      { fix: 'use the newer Clew, or another --data-dir' },
    )
  }
  if (current?.Version === target.version && current.RetentionDays === options.retentionDays) return
  // Tables are made in their newest form; migrations then only change what an older version had made.
  const tuning = await tableTuning(driver)
  for (const table of TABLES) await driver.command(ddl(createTableDdl(table, options, tuning)))
  if (current !== undefined) {
    if (tuning.length > 0) {
      for (const table of TABLES)
        await driver.command(ddl(`ALTER TABLE ${table.name} MODIFY SETTING ${tuning.join(', ')}`))
    }
    for (const migration of target.migrations) {
      if (migration.version <= current.Version) continue
      for (const statement of migration.statements) await driver.command(ddl(statement))
    }
    if (current.RetentionDays !== options.retentionDays) await changeRetention(driver, options.retentionDays)
  }
  await driver.command(
    sql`INSERT INTO schema_version (Version, RetentionDays) VALUES (${ddlNumber(target.version)}, ${ddlNumber(options.retentionDays)})`,
  )
}

async function changeRetention(driver: Pick<Driver, 'command'>, retentionDays: number): Promise<void> {
  for (const table of TABLES) {
    if (!table.expires) continue
    await driver.command(ddl(`ALTER TABLE ${table.name} MODIFY TTL ${ttlExpression(retentionDays)}`), {
      // The whole parts that are too old leave with the next merge; nothing is rewritten.
      materialize_ttl_after_modify: 0,
    })
  }
}

/** Text made from constants of this package. */
function ddl(text: string): Sql {
  return new Sql([text], [])
}

function ddlNumber(value: number): Sql {
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError('a whole number was expected')
  return new Sql([String(value)], [])
}
