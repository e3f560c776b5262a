import type { ModuleExports, Plugin } from '../../plugins/plugin.ts'
import { DatabaseTracer } from '../database/database-call.ts'
import { traceStatements, type PatchableClass } from './sqlite-calls.ts'

/** Both the database and its statements know what they are about. */
interface Database {
  readonly name?: string
}

interface Statement {
  readonly source?: string
  readonly database?: Database
}

/** better-sqlite3: `exec` and `pragma` of a database, and what its statements do; their class is met with the first one. */
export const betterSqlite3: Plugin = {
  name: 'better-sqlite3',
  modules: ['better-sqlite3'],
  libraries: ['better-sqlite3 >=8'],
  start: (kit) => {
    const tracer = new DatabaseTracer('@clew/agent/better-sqlite3', kit)
    const patched = new WeakSet<object>()
    return [
      {
        module: 'better-sqlite3',
        // The class is what `lib/database.js` exports, since version 13 what the entry for each platform makes of it.
        file: '*',
        patch: (exports: ModuleExports) => {
          if (!isDatabaseClass(exports) || patched.has(exports)) return
          patched.add(exports)
          patchDatabase(tracer, exports)
        },
      },
    ]
  },
}

function isDatabaseClass(exports: unknown): exports is PatchableClass {
  if (typeof exports !== 'function') return false
  const { prepare, pragma } = (exports.prototype ?? {}) as { prepare?: unknown; pragma?: unknown }
  return typeof prepare === 'function' && typeof pragma === 'function'
}

function patchDatabase(tracer: DatabaseTracer, holder: PatchableClass): void {
  traceStatements(tracer, holder, ['exec'], (self, [sql]) =>
    typeof sql === 'string' ? { sql, database: (self as Database).name } : undefined,
  )
  const prepare = Reflect.get(holder.prototype, 'prepare') as (this: object, ...args: unknown[]) => object
  const classes = new WeakSet<object>()
  const meeting = function (this: object, ...args: unknown[]): object {
    const statement = prepare.apply(this, args)
    const prototype = Object.getPrototypeOf(statement) as object
    if (!classes.has(prototype)) {
      classes.add(prototype)
      traceStatements(tracer, { prototype }, ['run', 'get', 'all', 'iterate'], (self) => {
        const { source, database } = self as Statement
        return source === undefined ? undefined : { sql: source, database: database?.name }
      })
    }
    return statement
  }
  Object.defineProperty(holder.prototype, 'prepare', { value: meeting, writable: true, configurable: true })
}
