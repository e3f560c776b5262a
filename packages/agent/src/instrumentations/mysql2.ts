import { context as contextApi } from '@opentelemetry/api'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { LoadedModule, ModuleExports, Plugin } from '../plugins/plugin.ts'
import { traceChannel, type ChannelMessage } from './channels/trace-channel.ts'
import { DatabaseTracer } from './database/database-call.ts'

interface Mysql2Message extends ChannelMessage {
  readonly query?: unknown
  readonly database?: string
  readonly serverAddress?: string
  readonly serverPort?: number
}

/**
 * By the channels of mysql2 itself, where it has them; in older versions upstream's instrumentation is hosted, and callbacks
 * are kept in the context of their callers here: those of queries, and those that wait for a connection of a pool.
 */
export const mysql2: Plugin = {
  name: 'mysql2',
  modules: [],
  libraries: ['mysql2 with channels of its own (tested: 3.24)'],
  start: (kit) => {
    const tracer = new DatabaseTracer('@clew/agent/mysql2', kit)
    for (const channel of ['mysql2:query', 'mysql2:execute']) {
      traceChannel<Mysql2Message>(channel, {
        over: 'later',
        begin: ({ query, database, serverAddress, serverPort }, active) => {
          const sql = typeof query === 'string' ? query : undefined
          const namespace = database === '' ? undefined : database
          return tracer.begin({ system: 'mysql', sql, namespace, server: serverAddress, port: serverPort }, active)
        },
      })
    }
    // Nothing is shown of the wait for a connection; what goes on after it does so in its own context.
    traceChannel('mysql2:pool:connect', { over: 'later', begin: () => undefined })
    return [
      { module: 'mysql2', file: 'lib/pool.js', patch: older(bindWaiting) },
      { module: 'mysql2', file: 'lib/connection.js', patch: older(bindCommands) },
    ]
  },
}

type Method = (this: object, ...args: unknown[]) => unknown

/** Copies without channels. */
function older(patch: (prototype: object) => void): (exports: ModuleExports, about: LoadedModule) => void {
  return (exports, { folder }) => {
    if (!existsSync(join(folder, 'lib/tracing.js'))) patch(exports.prototype as object)
  }
}

function bindWaiting(prototype: object): void {
  const holder = prototype as { getConnection: Method }
  const original = holder.getConnection
  holder.getConnection = function getConnection(callback, ...rest) {
    return original.call(this, contextApi.bind(contextApi.active(), callback), ...rest)
  }
}

function bindCommands(prototype: object): void {
  const holder = prototype as { addCommand: Method }
  const original = holder.addCommand
  holder.addCommand = function addCommand(command, ...rest) {
    const given = command as { onResult?: unknown }
    if (typeof given.onResult === 'function') given.onResult = contextApi.bind(contextApi.active(), given.onResult)
    return original.call(this, command, ...rest)
  }
}
