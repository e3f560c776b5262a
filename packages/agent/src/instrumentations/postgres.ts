import { trace, type Span } from '@opentelemetry/api'
import type { Plugin } from '../plugins/plugin.ts'
import { traceChannel } from './channels/trace-channel.ts'
import { DatabaseTracer } from './database/database-call.ts'

/** A query of postgres.js: a promise that is sent when somebody waits for it. */
interface PostgresQuery {
  readonly strings?: readonly string[]
  readonly args?: readonly unknown[]
  readonly executed?: boolean
  resolve: (value: unknown) => unknown
  reject: (error: unknown) => unknown
}

interface ConnectionOptions {
  readonly host?: readonly string[]
  readonly port?: readonly number[]
  readonly database?: string
}

const files = /^(?:cjs\/)?src\/connection\.js$/
const versionRange = '>=3.3 <4'

/** Queries when they are handed in; where they go is known when a connection takes them. */
export const postgres: Plugin = {
  name: 'postgres',
  modules: [],
  libraries: ['postgres (postgres.js) 3'],
  rewrites: [
    {
      channelName: 'handle',
      module: { name: 'postgres', versionRange, filePath: /^(?:cjs\/)?src\/query\.js$/ },
      functionQuery: { className: 'Query', methodName: 'handle', kind: 'Async' },
    },
    {
      channelName: 'connection',
      module: { name: 'postgres', versionRange, filePath: files },
      functionQuery: { functionName: 'Connection', kind: 'Sync' },
    },
    {
      channelName: 'execute',
      module: { name: 'postgres', versionRange, filePath: files },
      functionQuery: { functionName: 'execute', kind: 'Sync' },
    },
    {
      channelName: 'connect',
      module: { name: 'postgres', versionRange, filePath: files },
      functionQuery: { methodName: 'connect', kind: 'Sync' },
    },
  ],
  start: (kit) => {
    const tracer = new DatabaseTracer('@clew/agent/postgres', kit)
    const spans = new WeakMap<object, Span>()
    const connections = new WeakMap<object, ConnectionOptions>()
    traceChannel('orchestrion:postgres:handle', {
      over: 'on-return',
      begin: (message, active) => {
        const query = message.self as PostgresQuery
        if (query.executed === true) return undefined
        const { end, span } = tracer.begin({ system: 'postgresql', sql: textOf(query) }, active)
        if (span !== undefined) spans.set(query, span)
        const { resolve, reject } = query
        query.resolve = (value) => {
          end({})
          return resolve(value)
        }
        query.reject = (error) => {
          end({ error })
          return reject(error)
        }
        // What the library does for the query later is done in the context of who waits for it.
        return { context: span === undefined ? active : trace.setSpan(active, span) }
      },
    })
    traceChannel('orchestrion:postgres:connection', {
      over: 'on-return',
      begin: () => ({
        end: ({ arguments: args, result }) => {
          if (typeof result === 'object' && result !== null) connections.set(result, args?.[0] as ConnectionOptions)
        },
      }),
    })
    for (const name of ['execute', 'connect']) {
      traceChannel(`orchestrion:postgres:${name}`, {
        over: 'on-return',
        begin: ({ self, arguments: args }) => {
          const query = args?.[0]
          const options = typeof self === 'object' && self !== null ? connections.get(self) : undefined
          const span = typeof query === 'object' && query !== null ? spans.get(query) : undefined
          if (options !== undefined && span !== undefined) addPeer(span, options)
          return undefined
        },
      })
    }
  },
}

function addPeer(span: Span, { host, port, database }: ConnectionOptions): void {
  if (host?.[0] !== undefined) span.setAttribute('server.address', host[0])
  if (port?.[0] !== undefined) span.setAttribute('server.port', port[0])
  if (database !== undefined) span.setAttribute('db.namespace', database)
}

/** The text as it will be, as far as it is known before the helpers in it are expanded. */
function textOf({ strings = [], args = [] }: PostgresQuery): string {
  let count = 0
  const join = (texts: readonly string[], values: readonly unknown[]): string =>
    texts.map((text, i) => text + (i < texts.length - 1 ? valueOf(values[i]) : '')).join('')
  const valueOf = (value: unknown): string => {
    if (typeof value !== 'object' || value === null) return `$${++count}`
    const { strings: inner, args: innerArgs, value: identifier } = value as PostgresQuery & { readonly value?: unknown }
    if (inner !== undefined) return join(inner, innerArgs ?? [])
    return value.constructor.name === 'Identifier' && typeof identifier === 'string' ? identifier : `$${++count}`
  }
  return join(strings, args)
}
