import { changeTable, type SchemaDriver } from '../schema/schema-change.ts'
import { TABLES } from '../schema/tables.ts'
import type { Sql } from '../sql/sql.ts'

/**
 * Runs a statement that changes tables, on every server that has them. The engine's background threads do the work; this
 * returns when they know of it.
 */
export type RunDdl = (statement: Sql) => Promise<void>

/** Runs work that only one process per database may do at a time; does nothing when another one is doing it. */
export type RunExclusively = (job: string, work: () => Promise<void>) => Promise<void>

/** For the database of a driver, on one server or a cluster. */
export function ddlRunner(driver: SchemaDriver): RunDdl {
  return async (statement) => {
    const [, name = '', clauses = ''] = /^ALTER TABLE (\w+) (.*)$/s.exec(statement.parts.join('')) ?? []
    const table = TABLES.find((each) => each.name === name)
    if (table === undefined) return await driver.command(statement)
    const change = clauses.startsWith('MATERIALIZE') ? { storage: [clauses] } : { columns: [clauses] }
    await changeTable(driver, table, change, { alter_sync: 0, mutations_sync: 0 })
  }
}
