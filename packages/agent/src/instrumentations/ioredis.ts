import type { Context } from '@opentelemetry/api'
import type { Plugin } from '../plugins/plugin.ts'
import { traceChannel } from './channels/trace-channel.ts'
import { traceRedis } from './redis-channels.ts'

/**
 * By the channels of ioredis itself, where it has them; in older versions upstream's instrumentation is hosted. A command
 * that waits for the connection is sent again when it is there: in the context in which the program has sent it.
 */
export const ioredis: Plugin = {
  name: 'ioredis',
  modules: [],
  libraries: ['ioredis with channels of its own (tested: 5.11)'],
  rewrites: [
    {
      channelName: 'send',
      module: { name: 'ioredis', versionRange: '>=5.5 <7', filePath: 'built/Redis.js' },
      functionQuery: { className: 'Redis', methodName: 'sendCommand', kind: 'Sync' },
    },
  ],
  start: (kit) => {
    traceRedis(kit, '@clew/agent/ioredis', { command: 'ioredis:command', batch: 'ioredis:batch' })
    const contexts = new WeakMap<object, Context>()
    traceChannel('orchestrion:ioredis:send', {
      over: 'on-return',
      begin: (message, active) => {
        const command = message.arguments?.[0]
        if (typeof command !== 'object' || command === null) return undefined
        const context = contexts.get(command)
        if (context === undefined) contexts.set(command, active)
        return context === undefined ? undefined : { context }
      },
    })
  },
}
