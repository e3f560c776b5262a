import { trace } from '@opentelemetry/api'
import type http2 from 'node:http2'
import { hasSyncHooks } from '../../modules/esm-hook.ts'
import { hookBuiltin } from '../../modules/builtin-hook.ts'
import type { Plugin } from '../../plugins/plugin.ts'
import { HTTP_SCOPE } from '../http/durations.ts'
import { sentRecorder, servedRecorder } from '../http/plugins.ts'
import { instrumentHttp2Client } from './client.ts'
import { instrumentHttp2Servers } from './server.ts'

/**
 * Servers and clients of `node:http2`. Options: `server: false`, `client: false`. Loading it takes as long as much of
 * the agent, so it waits until the program does, where it can see that: on Node without synchronous hooks it cannot.
 */
export const http2Plugin: Plugin = {
  name: 'http2',
  modules: [],
  libraries: ['node:http2'],
  start: (kit) => {
    const tracer = trace.getTracer(HTTP_SCOPE)
    const ownsGrpc = (): boolean => kit.runs('grpc')
    hookBuiltin(
      'http2',
      (exports) => {
        const module = exports as typeof http2
        if (kit.options['server'] !== false) {
          instrumentHttp2Servers(module, { tracer, record: servedRecorder(kit), ownsGrpc })
        }
        if (kit.options['client'] !== false) {
          instrumentHttp2Client(module, { tracer, record: sentRecorder(kit), ownsGrpc })
        }
      },
      { atOnce: !hasSyncHooks(process.versions.node) },
    )
  },
}
