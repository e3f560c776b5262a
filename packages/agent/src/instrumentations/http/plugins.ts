import { trace } from '@opentelemetry/api'
import type { Plugin, PluginKit } from '../../plugins/plugin.ts'
import { instrumentHttpClient } from './client.ts'
import { CLIENT_DURATION, HTTP_SCOPE, SERVER_DURATION, type SentFacts, type ServedFacts } from './durations.ts'
import type { RecordDuration } from '../../metrics/duration-producer.ts'
import { instrumentHttpServers } from './server.ts'
import { instrumentUndici } from './undici.ts'

let recordServed: RecordDuration<ServedFacts> | undefined | null = null
let recordSent: RecordDuration<SentFacts> | undefined | null = null

/** All kinds of clients record to one metric. */
export function sentRecorder(kit: PluginKit): RecordDuration<SentFacts> | undefined {
  if (recordSent === null) recordSent = kit.durations(CLIENT_DURATION)
  return recordSent
}

/** Servers of both versions of HTTP do, too. */
export function servedRecorder(kit: PluginKit): RecordDuration<ServedFacts> | undefined {
  if (recordServed === null) recordServed = kit.durations(SERVER_DURATION)
  return recordServed
}

/** Servers and clients of `node:http` and `node:https`. Options: `server: false`, `client: false`. */
export const httpPlugin: Plugin = {
  name: 'http',
  modules: [],
  start: (kit) => {
    const tracer = trace.getTracer(HTTP_SCOPE)
    if (kit.options['server'] !== false) instrumentHttpServers(servedRecorder(kit))
    if (kit.options['client'] !== false) instrumentHttpClient({ tracer, record: sentRecorder(kit) })
  },
}

/** `fetch` and undici. */
export const undiciPlugin: Plugin = {
  name: 'undici',
  modules: [],
  start: (kit) => instrumentUndici({ tracer: trace.getTracer(HTTP_SCOPE), record: sentRecorder(kit) }),
}
