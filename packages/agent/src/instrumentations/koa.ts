import type { Plugin } from '../plugins/plugin.ts'
import { traceChannel } from './channels/trace-channel.ts'
import { setRoute } from './http/set-route.ts'

/** Routers leave the path of the layer that matches on Koa's context: whichever router it is, it is seen there. */
export const koa: Plugin = {
  name: 'koa',
  modules: [],
  libraries: ['koa >=2 with @koa/router or koa-router'],
  rewrites: [
    {
      channelName: 'context',
      module: { name: 'koa', versionRange: '>=2 <4', filePath: 'lib/application.js' },
      functionQuery: { className: 'Application', methodName: 'createContext', kind: 'Sync' },
    },
  ],
  start: () => {
    traceChannel('orchestrion:koa:context', {
      over: 'on-return',
      begin: (_message, active) => ({
        end: ({ result }) => {
          if (typeof result !== 'object' || result === null) return
          let matched: unknown
          Object.defineProperty(result, '_matchedRoute', {
            configurable: true,
            enumerable: true,
            get: () => matched,
            set: (value: unknown) => {
              matched = value
              if (typeof value === 'string') setRoute(active, value)
              else if (value instanceof RegExp) setRoute(active, String(value))
            },
          })
        },
      }),
    })
  },
}
