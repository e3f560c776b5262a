import { createContextKey, trace, type Context } from '@opentelemetry/api'
import type { PluginKit } from '../plugins/plugin.ts'
import { traceChannel, type ChannelMessage, type TracedCall } from './channels/trace-channel.ts'
import { DatabaseTracer } from './database/database-call.ts'

/** What both clients for Redis put on their channels: arguments without values already. */
interface RedisMessage extends ChannelMessage {
  readonly command?: string
  readonly args?: readonly unknown[]
  readonly batchMode?: string
  readonly batchSize?: number
  readonly database?: number
  readonly serverAddress?: string
  readonly serverPort?: number
}

const IN_BATCH = createContextKey('clew.redis.in_batch')

const MAX_TEXT_CHARS = 1024

/** Traces commands and batches of a client. A batch is one call: its commands are not shown again. */
export function traceRedis(
  kit: PluginKit,
  scope: string,
  channels: { readonly command: string; readonly batch: string },
): void {
  const tracer = new DatabaseTracer(scope, kit)
  traceChannel<RedisMessage>(channels.command, {
    over: 'later',
    begin: (message, active) => {
      if (active.getValue(IN_BATCH) === true || message.batchMode === 'MULTI') return undefined
      const operation = (message.command ?? '').toUpperCase()
      return tracer.begin({ ...common(message), operation, text: textOf(operation, message.args) }, active)
    },
  })
  traceChannel<RedisMessage>(channels.batch, {
    over: 'later',
    begin: (message, active): TracedCall<RedisMessage> => {
      const { batchMode = 'PIPELINE', batchSize } = message
      const call = tracer.begin<RedisMessage>({ ...common(message), operation: batchMode, batchSize }, active)
      const inner: Context = call.span === undefined ? active : trace.setSpan(active, call.span)
      return { end: call.end, context: inner.setValue(IN_BATCH, true) }
    },
  })
}

function common({ database, serverAddress, serverPort }: RedisMessage): {
  system: string
  namespace: string | undefined
  server: string | undefined
  port: number | undefined
} {
  return {
    system: 'redis',
    namespace: database === undefined ? undefined : String(database),
    server: serverAddress,
    port: serverPort,
  }
}

/** One of the clients puts the command among its arguments. */
function textOf(operation: string, args: readonly unknown[] | undefined): string {
  const first = args?.[0]
  const rest = typeof first === 'string' && first.toUpperCase() === operation ? args?.slice(1) : args
  return [operation, ...(rest ?? [])].join(' ').slice(0, MAX_TEXT_CHARS)
}
