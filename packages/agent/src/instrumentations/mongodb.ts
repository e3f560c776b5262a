import type { Plugin } from '../plugins/plugin.ts'
import { traceChannel } from './channels/trace-channel.ts'
import { DatabaseTracer } from './database/database-call.ts'

interface Connection {
  readonly address?: string
}

interface Namespace {
  readonly db?: string
}

/** What drivers say among themselves. */
const HOUSEKEEPING =
  /^(?:hello|ismaster|ping|endSessions|saslStart|saslContinue|authenticate|getnonce|killCursors|buildInfo)$/i

const MAX_TEXT_CHARS = 1024

/** Commands as they go over a connection. Before version 6, upstream's instrumentation is hosted. */
export const mongodb: Plugin = {
  name: 'mongodb',
  modules: [],
  libraries: ['mongodb >=6', 'mongoose on it'],
  rewrites: [
    {
      channelName: 'command',
      module: { name: 'mongodb', versionRange: '>=6 <8', filePath: 'lib/cmap/connection.js' },
      functionQuery: { className: 'Connection', methodName: 'command', kind: 'Async' },
    },
  ],
  start: (kit) => {
    const tracer = new DatabaseTracer('@clew/agent/mongodb', kit)
    traceChannel('orchestrion:mongodb:command', {
      over: 'later',
      begin: (message, active) => {
        const [namespace, command] = (message.arguments ?? []) as [Namespace?, Readonly<Record<string, unknown>>?]
        const operation = command === undefined ? undefined : Object.keys(command)[0]
        if (command === undefined || operation === undefined || HOUSEKEEPING.test(operation)) return undefined
        const about = operation === 'getMore' ? command['collection'] : command[operation]
        const collection = typeof about === 'string' ? about : undefined
        const { server, port } = addressOf((message.self as Connection).address)
        const text = textOf(operation, command)
        return tracer.begin(
          { system: 'mongodb', operation, collection, namespace: namespace?.db, server, port, text },
          active,
        )
      },
    })
  },
}

function addressOf(address: string | undefined): { server: string | undefined; port: number | undefined } {
  const colon = address?.lastIndexOf(':') ?? -1
  if (address === undefined || colon < 0) return { server: address, port: undefined }
  return { server: address.slice(0, colon).replace(/^\[(.*)\]$/, '$1'), port: Number(address.slice(colon + 1)) }
}

/** What a command looks for or changes, with `?` in place of every value. */
function textOf(operation: string, command: Readonly<Record<string, unknown>>): string | undefined {
  const parts: Record<string, unknown> = {}
  for (const key of ['filter', 'pipeline', 'query', 'updates', 'deletes', 'key']) {
    if (command[key] !== undefined) parts[key] = withoutValues(command[key], 0)
  }
  return Object.keys(parts).length === 0 ? undefined : `${operation} ${JSON.stringify(parts)}`.slice(0, MAX_TEXT_CHARS)
}

const MAX_DEPTH = 6
const MAX_ITEMS = 20

function withoutValues(value: unknown, depth: number): unknown {
  if (depth >= MAX_DEPTH || typeof value !== 'object' || value === null) return '?'
  if (Array.isArray(value)) return value.slice(0, MAX_ITEMS).map((item) => withoutValues(item, depth + 1))
  // Identifiers, dates and the like are values too.
  if (Object.getPrototypeOf(value) !== Object.prototype && Object.getPrototypeOf(value) !== null) return '?'
  const entries = Object.entries(value).slice(0, MAX_ITEMS)
  return Object.fromEntries(entries.map(([key, inner]) => [key, withoutValues(inner, depth + 1)]))
}
