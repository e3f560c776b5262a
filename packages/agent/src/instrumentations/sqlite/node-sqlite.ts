import { hookBuiltin } from '../../modules/builtin-hook.ts'
import type { Plugin } from '../../plugins/plugin.ts'
import { DatabaseTracer } from '../database/database-call.ts'
import { traceStatements, type PatchableClass, type SqliteStatement } from './sqlite-calls.ts'

interface Sqlite {
  readonly DatabaseSync: PatchableClass
  readonly StatementSync: PatchableClass
}

interface Database {
  location?(): string | null
}

/** Node's own SQLite, when the program first asks for it. */
export const nodeSqlite: Plugin = {
  name: 'node-sqlite',
  modules: [],
  libraries: ['node:sqlite'],
  start: (kit) => {
    hookBuiltin('sqlite', (exports) => {
      const { DatabaseSync, StatementSync } = exports as Sqlite
      const tracer = new DatabaseTracer('@clew/agent/node-sqlite', kit)
      const statements = new WeakMap<object, SqliteStatement>()
      const prepare = Reflect.get(DatabaseSync.prototype, 'prepare') as (this: object, sql: string) => object
      const remembering = function (this: object, sql: string, ...rest: []): object {
        const statement = prepare.call(this, sql, ...rest)
        statements.set(statement, { sql, database: locationOf(this) })
        return statement
      }
      Object.defineProperty(DatabaseSync.prototype, 'prepare', {
        value: remembering,
        writable: true,
        configurable: true,
      })
      traceStatements(tracer, DatabaseSync, ['exec'], (self, [sql]) =>
        typeof sql === 'string' ? { sql, database: locationOf(self) } : undefined,
      )
      traceStatements(tracer, StatementSync, ['run', 'get', 'all', 'iterate'], (self) => statements.get(self))
    })
  },
}

function locationOf(database: Database): string | undefined {
  try {
    // In memory it has none.
    return database.location?.() ?? ':memory:'
  } catch {
    // Not open.
    return undefined
  }
}
