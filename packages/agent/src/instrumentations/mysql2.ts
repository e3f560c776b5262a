import type { Plugin } from '../plugins/plugin.ts'
import { traceChannel, type ChannelMessage } from './channels/trace-channel.ts'
import { DatabaseTracer } from './database/database-call.ts'

interface Mysql2Message extends ChannelMessage {
  readonly query?: unknown
  readonly database?: string
  readonly serverAddress?: string
  readonly serverPort?: number
}

/** By the channels of mysql2 itself, where it has them; in older versions upstream's instrumentation is hosted. */
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
  },
}
