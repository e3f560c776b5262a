import type { TableChange } from './schema-change.ts'

/** The schema this package writes and reads. */
export const SCHEMA_VERSION = 1

export interface Migration {
  /** The version it leads to. */
  readonly version: number
  /** Changes of tables, by name, in order. They may run twice (IF NOT EXISTS and the like), because a crash may come between. */
  readonly changes: readonly { readonly table: string; readonly change: TableChange }[]
}

/**
 * From version 1 on, the first that was given out, in order. A new column is added to the table's definition and here. Every
 * migration also gives all tables the settings of schema/tuning.ts.
 */
export const MIGRATIONS: readonly Migration[] = []
