import type { Context } from '@opentelemetry/api'
import { isMainThread } from 'node:worker_threads'
import type { Plugin } from '../../plugins/plugin.ts'
import { traceChannel } from '../channels/trace-channel.ts'
import { arrived, carried } from './carrier.ts'

const KEY = 'clewContext'

const versionRange = '>=4 <6'

/**
 * Piscina's threads take tasks without an event: the context of who has run a task waits with it, goes along in the message
 * of Piscina's own that hands it over, and is entered around the work.
 */
export const piscina: Plugin = {
  name: 'piscina',
  modules: [],
  libraries: ['piscina >=4'],
  rewrites: [
    {
      channelName: 'task',
      module: { name: 'piscina', versionRange, filePath: /^dist\/(?:src\/)?task_queue\/index\.js$/ },
      functionQuery: { className: 'TaskInfo' },
    },
    {
      channelName: 'post',
      module: { name: 'piscina', versionRange, filePath: /^dist\/(?:src\/)?worker_pool\/index\.js$/ },
      functionQuery: { className: 'WorkerInfo', methodName: 'postTask', kind: 'Sync' },
    },
    {
      channelName: 'work',
      module: { name: 'piscina', versionRange, filePath: /^dist\/(?:src\/)?worker\.js$/ },
      functionQuery: { functionName: 'onMessage', kind: 'Sync' },
    },
  ],
  start: () => {
    // While it waits, a thread of Piscina stands still, and what has been recorded would wait with it.
    if (!isMainThread) process.env['PISCINA_ENABLE_ASYNC_ATOMICS'] ??= '1'
    const contexts = new WeakMap<object, Context>()
    traceChannel('orchestrion:piscina:task', {
      over: 'on-return',
      begin: (_message, active) => ({
        end: ({ self }) => {
          if (typeof self === 'object' && self !== null) contexts.set(self, active)
        },
      }),
    })
    traceChannel('orchestrion:piscina:post', {
      over: 'on-return',
      begin: ({ self, arguments: args = [] }) => {
        const task = args[0]
        const context = typeof task === 'object' && task !== null ? contexts.get(task) : undefined
        const carrier = context === undefined ? undefined : carried(context)
        const { port } = self as { readonly port?: { postMessage: (message: object, ...rest: unknown[]) => void } }
        if (carrier === undefined || port === undefined) return undefined
        const own = Object.getOwnPropertyDescriptor(port, 'postMessage')
        const post = port.postMessage
        port.postMessage = (message, ...rest) => post.call(port, { ...message, [KEY]: carrier }, ...rest)
        return {
          end: () => {
            if (own === undefined) Reflect.deleteProperty(port, 'postMessage')
            else Object.defineProperty(port, 'postMessage', own)
          },
        }
      },
    })
    traceChannel('orchestrion:piscina:work', {
      over: 'on-return',
      begin: ({ arguments: args = [] }) => {
        const message = args.find((one) => typeof one === 'object' && one !== null && Object.hasOwn(one, KEY))
        const context = message === undefined ? undefined : arrived(Reflect.get(message as object, KEY))
        return context === undefined ? undefined : { context }
      },
    })
  },
}
