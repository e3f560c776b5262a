import { ATTRIBUTE_INDEX } from './attribute-index.ts'
import type { TableChange } from './schema-change.ts'

/** The schema this package writes and reads. */
export const SCHEMA_VERSION = 2

export interface Migration {
  /** The version it leads to. */
  readonly version: number
  /** Changes of tables, by name, in order. They may run twice (IF NOT EXISTS and the like), because a crash may come between. */
  readonly changes: readonly {
    readonly table: string
    readonly change: TableChange
    readonly settings?: Readonly<Record<string, string | number>>
  }[]
}

/**
 * From version 1 on, the first that was given out, in order. A new column is added to the table's definition and here. Every
 * migration also gives all tables the settings of schema/tuning.ts.
 */
export const MIGRATIONS: readonly Migration[] = [
  {
    version: 2,
    // Nobody waits until all parts have been gone through.
    changes: ['spans', 'logs'].map((table) => ({
      table,
      change: { storage: pairsInsteadOfValues() },
      settings: { alter_sync: 0, mutations_sync: 0 },
    })),
  },
]

/** The index of attributes knows keys, too. Old parts get it in the background; until then they are read as if they had none. */
function pairsInsteadOfValues(): string[] {
  const { name, expression, type, granularity } = ATTRIBUTE_INDEX
  return [
    `ADD INDEX IF NOT EXISTS ${name} ${expression} TYPE ${type} GRANULARITY ${granularity}`,
    'DROP INDEX IF EXISTS attribute_values',
    `MATERIALIZE INDEX IF EXISTS ${name}`,
  ]
}
