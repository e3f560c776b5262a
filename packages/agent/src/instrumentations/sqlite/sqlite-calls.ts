import { context } from '@opentelemetry/api'
import { isTracingSuppressed } from '@opentelemetry/core'
import { reportOnce } from '../../report-once.ts'
import type { DatabaseSpan, DatabaseTracer } from '../database/database-call.ts'

/** A class whose methods are wrapped where they are. */
export interface PatchableClass {
  readonly prototype: object
}

type Method = (this: object, ...args: unknown[]) => unknown

/** Which statement a method is about, and the file or `:memory:` it is in. */
export interface SqliteStatement {
  readonly sql: string
  readonly database: string | undefined
}

/** Wraps methods that run a statement and give the result at once. */
export function traceStatements(
  tracer: DatabaseTracer,
  holder: PatchableClass,
  methods: readonly string[],
  statementOf: (self: object, args: readonly unknown[]) => SqliteStatement | undefined,
): void {
  for (const name of methods) {
    const original = Reflect.get(holder.prototype, name) as Method | undefined
    if (typeof original !== 'function') continue
    const traced: Method = function (...args) {
      const call = begin(tracer, () => statementOf(this, args))
      try {
        const result = original.apply(this, args)
        call?.end({})
        return result
      } catch (error) {
        call?.end({ error })
        throw error
      }
    }
    Object.defineProperty(traced, 'name', { value: name, configurable: true })
    Object.defineProperty(holder.prototype, name, { value: traced, writable: true, configurable: true })
  }
}

function begin(
  tracer: DatabaseTracer,
  statementOf: () => SqliteStatement | undefined,
): DatabaseSpan<{ readonly error?: unknown }> | undefined {
  try {
    const active = context.active()
    const statement = isTracingSuppressed(active) ? undefined : statementOf()
    if (statement === undefined) return undefined
    return tracer.begin({ system: 'sqlite', sql: statement.sql, namespace: statement.database }, active)
  } catch (error) {
    reportOnce(`a statement could not be traced: ${String(error)}`)
    return undefined
  }
}
