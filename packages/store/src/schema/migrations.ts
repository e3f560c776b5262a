/** The schema this package writes and reads. */
export const SCHEMA_VERSION = 3

export interface Migration {
  /** The version it leads to. */
  readonly version: number
  /** Statements that may run twice (IF NOT EXISTS and the like), because a crash may come between. */
  readonly statements: readonly string[]
}

/**
 * From version 1 on, in order. A new column is added to the table's definition and here. Every migration also gives all tables
 * the settings of schema/tuning.ts.
 */
export const MIGRATIONS: readonly Migration[] = [
  { version: 2, statements: [] },
  // attribute_usage and key_decisions.
  { version: 3, statements: [] },
]
