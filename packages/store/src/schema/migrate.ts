import { ClewError } from '@clew/base/errors'
import { type Logger, silentLogger } from '@clew/base/logger'
import type { Driver } from '../driver/driver.ts'
import { sql, Sql } from '../sql/sql.ts'
import { createTableStatements, type DdlOptions, ttlExpression } from './ddl.ts'
import { makeMissingTables, missingTables } from './joined-servers.ts'
import { type Migration, MIGRATIONS, SCHEMA_VERSION } from './migrations.ts'
import { changeTable, runDdl } from './schema-change.ts'
import { CONTROL_TABLES } from './tables/control.ts'
import { TABLES } from './tables.ts'
import { type TableSettings, tableTuning } from './tuning.ts'

type SchemaDriver = Pick<Driver, 'command' | 'query' | 'cluster'>

/** What the tables are like: the version of their schema and how long they keep rows. */
interface Reached {
  readonly Version: number
  readonly RetentionDays: number
}

/** Where to migrate to. */
export interface SchemaTarget {
  readonly version: number
  readonly migrations: readonly Migration[]
}

export interface MigrateOptions extends DdlOptions {
  readonly logger?: Logger
  /** Runs a migration while no other node does; returns when it or another node did it. Default: nobody else is there. */
  readonly alone?: (work: () => Promise<void>) => Promise<void>
}

/**
 * Brings the database to this version of the schema and to this retention. What it does is said to the logger, step by step.
 * @throws ClewError SCHEMA_TOO_NEW when a newer Clew made it, STORE_LAYOUT when it is laid out for another kind of store
 */
export async function migrate(
  driver: SchemaDriver,
  options: MigrateOptions,
  target: SchemaTarget = { version: SCHEMA_VERSION, migrations: MIGRATIONS },
): Promise<void> {
  await checkLayout(driver)
  for (const table of CONTROL_TABLES) await createTable(driver, table, options, [])
  if (await isReached(driver, options, target)) return
  const alone = options.alone ?? ((work) => work())
  await alone(async () => {
    if (!(await isReached(driver, options, target))) await reach(driver, options, target)
  })
}

/** Whether nothing is to be done. */
async function isReached(driver: SchemaDriver, options: MigrateOptions, target: SchemaTarget): Promise<boolean> {
  const current = await reached(driver)
  if (current !== undefined && current.Version > target.version) {
    throw new ClewError(
      'SCHEMA_TOO_NEW',
      `the database has schema version ${current.Version}, this Clew knows ${target.version}`,
      { fix: 'use the newer Clew, or another --data-dir' },
    )
  }
  return (
    current?.Version === target.version &&
    current.RetentionDays === options.retentionDays &&
    (await missingTables(driver)).length === 0
  )
}

async function reached(driver: SchemaDriver): Promise<Reached | undefined> {
  const { rows } = await driver.query<Reached>(
    sql`SELECT Version, RetentionDays FROM schema_version ORDER BY At DESC, Version DESC LIMIT 1`,
  )
  return rows[0]
}

async function reach(driver: SchemaDriver, options: MigrateOptions, target: SchemaTarget): Promise<void> {
  const logger = options.logger ?? silentLogger
  const current = await reached(driver)
  const tuning = await tableTuning(driver)
  const migrations = current === undefined ? [] : target.migrations.filter(({ version }) => version > current.Version)
  const steps: { readonly name: string; readonly run: () => Promise<void> }[] = [
    // Tables are made in their newest form; migrations then only change what an older version had made.
    { name: 'tables', run: () => makeTables(driver, options, tuning) },
    ...(current === undefined || tuning.length === 0
      ? []
      : [{ name: 'settings', run: () => changeAll(driver, `MODIFY SETTING ${tuning.join(', ')}`) }]),
    ...migrations.map(({ version, changes }) => ({
      name: `version ${version}`,
      run: async () => {
        for (const { table, change, settings } of changes) await changeTable(driver, tableOf(table), change, settings)
      },
    })),
    ...(current === undefined || current.RetentionDays === options.retentionDays
      ? []
      : [{ name: 'retention', run: () => changeRetention(driver, options.retentionDays) }]),
  ]
  if (current !== undefined) {
    logger.info('changing the database', {
      fromVersion: current.Version,
      toVersion: target.version,
      retentionDays: options.retentionDays,
      steps: steps.length,
    })
  }
  for (const [index, step] of steps.entries()) {
    await step.run()
    if (current !== undefined)
      logger.info('changed the database', { step: index + 1, of: steps.length, what: step.name })
  }
  await driver.command(
    sql`INSERT INTO schema_version (Version, RetentionDays) SELECT ${ddlNumber(target.version)}, ${ddlNumber(options.retentionDays)}`,
    // The same version may be reached again, by way of another retention: that is a new row.
    { insert_deduplicate: 0, deduplicate_insert_select: 'disable' },
  )
}

function tableOf(name: string): (typeof TABLES)[number] {
  const table = TABLES.find((each) => each.name === name)
  if (table === undefined) throw new RangeError(`a migration names the unknown table ${name}`)
  return table
}

async function makeTables(driver: SchemaDriver, options: DdlOptions, tuning: TableSettings): Promise<void> {
  await makeMissingTables(driver)
  for (const table of TABLES) await createTable(driver, table, options, tuning)
}

async function createTable(
  driver: SchemaDriver,
  table: (typeof TABLES)[number],
  options: DdlOptions,
  tuning: TableSettings,
): Promise<void> {
  for (const statement of createTableStatements(table, options, tuning, driver.cluster)) await runDdl(driver, statement)
}

async function changeAll(driver: SchemaDriver, clause: string): Promise<void> {
  for (const table of TABLES) await changeTable(driver, table, { storage: [clause] })
}

async function changeRetention(driver: SchemaDriver, retentionDays: number): Promise<void> {
  for (const table of TABLES) {
    if (!table.expires) continue
    // The whole parts that are too old leave with the next merge; nothing is rewritten.
    const settings = { materialize_ttl_after_modify: 0 }
    await changeTable(driver, table, { storage: [`MODIFY TTL ${ttlExpression(retentionDays)}`] }, settings)
  }
}

/** A database of one server cannot become one of a cluster by asking for it, nor the other way round. */
async function checkLayout(driver: SchemaDriver): Promise<void> {
  const { rows } = await driver.query<{ engine: string }>(
    sql`SELECT engine FROM system.tables WHERE database = currentDatabase() AND name = 'spans'`,
  )
  const engine = rows[0]?.engine
  if (engine === undefined || (engine === 'Distributed') === (driver.cluster !== undefined)) return
  throw driver.cluster === undefined
    ? new ClewError('STORE_LAYOUT', 'the database is laid out for a cluster', {
        fix: 'add ?cluster=NAME to the address in --store, as for the other nodes',
      })
    : new ClewError('STORE_LAYOUT', 'the database has the tables of a single server', {
        fix: 'name another database in --store, or leave out ?cluster=; docs/cluster.md says how to move the data',
      })
}

function ddlNumber(value: number): Sql {
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError('a whole number was expected')
  return new Sql([String(value)], [])
}
