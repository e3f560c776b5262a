import type { IncomingMessage } from 'node:http'
import { join } from 'node:path'
import type { Duplex } from 'node:stream'
import { systemClock, type Clock } from '@clew/base/clock'
import type { Logger } from '@clew/base/logger'
import { AgentRegistry } from './agent-registry.ts'
import { jaegerStrategy, type JaegerStrategy } from './jaeger-strategies.ts'
import { LiveSettingsStore } from './live-settings-store.ts'
import { OpampHttp, type OpampAnswer, type OpampRequestFacts } from './opamp-http.ts'
import { OpampServer } from './opamp-server.ts'
import { OpampSockets } from './opamp-sockets.ts'

export interface ControlOptions {
  /** Data directory; missing: nothing outlives this process. */
  readonly dataDir?: string
  readonly clock?: Clock
  readonly logger: Logger
}

/** The control plane: who is there, what is set for them, and how they hear of it. */
export interface Control {
  readonly agents: AgentRegistry
  readonly settings: LiveSettingsStore
  readonly opamp: OpampServer
  /** One OpAMP message over HTTP. */
  exchange(body: Uint8Array, facts: OpampRequestFacts): Promise<OpampAnswer>
  /** A connection that wants to be an OpAMP WebSocket. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void
  /** Jaeger remote sampling. */
  strategy(service: string): JaegerStrategy
  /** Cuts the connections; what was set is on disk afterwards. */
  close(): Promise<void>
}

/** Reads what is set and starts to answer. */
export async function openControl(options: ControlOptions): Promise<Control> {
  const { dataDir, logger, clock = systemClock } = options
  const agents = new AgentRegistry(clock)
  const settings: LiveSettingsStore = new LiveSettingsStore({
    ...(dataDir === undefined ? {} : { file: join(dataDir, 'control', 'settings.json') }),
    clock,
    logger,
    onChange: () => opamp.wakeAll(),
  })
  const opamp = new OpampServer(agents, settings, clock)
  await settings.load()
  const http = new OpampHttp(opamp)
  const sockets = new OpampSockets(opamp, logger)
  return {
    agents,
    settings,
    opamp,
    exchange: (body, facts) => http.exchange(body, facts),
    upgrade: (request, socket, head) => sockets.upgrade(request, socket, head),
    strategy: (service) => jaegerStrategy(settings.settingsFor({ service }).sampling),
    close: async () => {
      sockets.close()
      await settings.close()
    },
  }
}
