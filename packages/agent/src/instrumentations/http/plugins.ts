import { trace } from '@opentelemetry/api'
import type { Plugin, PluginKit } from '../../plugins/plugin.ts'
import { instrumentHttpClient } from './client.ts'
import { CLIENT_DURATION, HTTP_SCOPE, SERVER_DURATION, type SentFacts } from './durations.ts'
import type { RecordDuration } from '../../metrics/duration-producer.ts'
import { instrumentHttpServers } from './server.ts'
import { instrumentUndici } from './undici.ts'

let recordSent: RecordDuration<SentFacts> | undefined | null = null

/** Both kinds of clients record to one metric. */
function sentRecorder(kit: PluginKit): RecordDuration<SentFacts> | undefined {
  if (recordSent === null) recordSent = kit.durations(CLIENT_DURATION)
  return recordSent
}

/** Servers and clients of `node:http` and `node:https`. Options: `server: false`, `client: false`. */
export const httpPlugin: Plugin = {
  name: 'http',
  modules: [],
  start: (kit) => {
    const tracer = trace.getTracer(HTTP_SCOPE)
    if (kit.options['server'] !== false) instrumentHttpServers(kit.durations(SERVER_DURATION))
    if (kit.options['client'] !== false) instrumentHttpClient({ tracer, record: sentRecorder(kit) })
  },
}

/** `fetch` and undici. */
export const undiciPlugin: Plugin = {
  name: 'undici',
  modules: [],
  start: (kit) => instrumentUndici({ tracer: trace.getTracer(HTTP_SCOPE), record: sentRecorder(kit) }),
}
