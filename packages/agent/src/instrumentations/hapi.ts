import type { Plugin } from '../plugins/plugin.ts'
import { traceChannel } from './channels/trace-channel.ts'
import { setRoute } from './http/set-route.ts'

/** A request that has looked up its route; special routes are those of hapi's own answers. */
interface HapiRequest {
  readonly route?: { readonly path?: string }
  readonly _route?: { readonly _special?: boolean }
}

/** The route is known when the request has looked it up. */
export const hapi: Plugin = {
  name: 'hapi',
  modules: [],
  libraries: ['@hapi/hapi >=20'],
  rewrites: [
    {
      channelName: 'lookup',
      module: { name: '@hapi/hapi', versionRange: '>=20 <22', filePath: 'lib/request.js' },
      astQuery: 'MethodDefinition[key.name="_lookup"] > FunctionExpression',
      functionQuery: { kind: 'Sync' },
    },
  ],
  start: () => {
    traceChannel('orchestrion:@hapi/hapi:lookup', {
      over: 'on-return',
      begin: (_message, active) => ({
        end: ({ self }) => {
          const { route, _route: found } = self as HapiRequest
          if (found?._special !== true) setRoute(active, route?.path)
        },
      }),
    })
  },
}
