import type { Driver } from '../driver/driver.ts'
import type { Sql } from '../sql/sql.ts'

/**
 * Runs a statement that changes tables, on every server that has them. The engine's background threads do the work; this
 * returns when they know of it.
 */
export type RunDdl = (statement: Sql) => Promise<void>

/** Runs work that only one process per database may do at a time; does nothing when another one is doing it. */
export type RunExclusively = (job: string, work: () => Promise<void>) => Promise<void>

/** For a database on one server. */
export function ddlOnOneServer(driver: Pick<Driver, 'command'>): RunDdl {
  return async (statement) => {
    const isAlter = statement.parts[0]?.startsWith('ALTER') === true
    await driver.command(statement, isAlter ? { alter_sync: 0, mutations_sync: 0 } : {})
  }
}
