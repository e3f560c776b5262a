import { context } from '@opentelemetry/api'
import type { Plugin } from '../plugins/plugin.ts'
import { traceChannel, type ChannelMessage } from './channels/trace-channel.ts'
import { DatabaseTracer } from './database/database-call.ts'

/** What is used of a `Client`. */
interface PgClient {
  readonly host?: string
  readonly port?: number
  readonly database?: string
}

/** A query that is given as an object with a life of its own: a cursor or a stream. */
interface Submittable {
  readonly text?: string
  readonly cursor?: { readonly text?: string }
  submit?: unknown
  once?(event: string, listener: (error?: unknown) => void): unknown
}

/**
 * `Client.query` in its three forms (promise, callback, cursor), and the callbacks that wait in the queue of a pool: they
 * are called by whoever gives a connection back, and belong to who has asked for one.
 */
export const pg: Plugin = {
  name: 'pg',
  modules: [],
  libraries: ['pg 8', 'pg-pool >=3'],
  rewrites: [
    {
      channelName: 'query',
      module: { name: 'pg', versionRange: '>=8 <9', filePath: 'lib/client.js' },
      functionQuery: { className: 'Client', methodName: 'query', kind: 'Auto' },
    },
    {
      channelName: 'connect',
      module: { name: 'pg-pool', versionRange: '>=3 <4', filePath: 'index.js' },
      functionQuery: { className: 'Pool', methodName: 'connect', kind: 'Sync' },
    },
  ],
  start: (kit) => {
    const tracer = new DatabaseTracer('@clew/agent/pg', kit)
    traceChannel('orchestrion:pg:query', {
      over: 'later',
      begin: (message, active) => {
        const [query] = message.arguments ?? []
        const { host, port, database } = message.self as PgClient
        const sql = textOf(query)
        const call = tracer.begin({ system: 'postgresql', sql, namespace: database, server: host, port }, active)
        return isSubmittable(query) ? endWith(query, call) : call
      },
    })
    traceChannel('orchestrion:pg-pool:connect', {
      over: 'on-return',
      begin: ({ arguments: args = [] }, active) => {
        if (typeof args[0] === 'function') args[0] = context.bind(active, args[0])
        return undefined
      },
    })
  },
}

function textOf(query: unknown): string | undefined {
  if (typeof query === 'string') return query
  if (typeof query !== 'object' || query === null) return undefined
  const { text, cursor } = query as Submittable
  return text ?? cursor?.text
}

function isSubmittable(query: unknown): query is Submittable {
  return typeof query === 'object' && query !== null && typeof (query as Submittable).submit === 'function'
}

/** The call is over when the cursor is, not when it has been handed in. */
function endWith<C extends { readonly end: (message: ChannelMessage) => void }>(
  query: Submittable,
  call: C,
): Omit<C, 'end'> {
  let over = false
  const finish = (error?: unknown): void => {
    if (over) return
    over = true
    call.end(error instanceof Error ? { error } : {})
  }
  for (const event of ['end', 'close', 'error']) query.once?.(event, finish)
  const { end: _end, ...rest } = call
  return rest
}
