import type { Plugin } from '../plugins/plugin.ts'
import { traceChannel } from './channels/trace-channel.ts'
import { setRoute } from './http/set-route.ts'

/** What Hono's `Context` is made with: the handlers that match, middleware included, in the order of their registration. */
interface ContextOptions {
  readonly matchResult?: readonly [handlers?: readonly (readonly [readonly [unknown, MatchedRoute], ...unknown[]])[]]
}

interface MatchedRoute {
  readonly method: string
  readonly path: string
}

/** The route is known as soon as Hono makes the context of a request. */
export const hono: Plugin = {
  name: 'hono',
  modules: [],
  libraries: ['hono >=4'],
  rewrites: [
    {
      channelName: 'context',
      module: { name: 'hono', versionRange: '>=4 <5', filePath: /^dist\/(?:cjs\/)?context\.js$/ },
      functionQuery: { className: 'Context' },
    },
  ],
  start: () => {
    traceChannel('orchestrion:hono:context', {
      over: 'on-return',
      begin: (message, active) => {
        setRoute(active, routeOf(message.arguments?.[1] as ContextOptions | undefined))
        return undefined
      },
    })
  },
}

/** The last that is no middleware for whatever comes by. */
function routeOf(options: ContextOptions | undefined): string | undefined {
  const matched = options?.matchResult?.[0] ?? []
  const routes = matched.map((entry) => entry[0][1])
  return routes.findLast(({ method, path }) => !(method === 'ALL' && path.endsWith('*')))?.path
}
