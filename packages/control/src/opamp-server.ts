import { randomBytes } from 'node:crypto'
import type { Clock } from '@clew/base/clock'
import {
  AGENT_CAPABILITY,
  AGENT_FLAG,
  SERVER_CAPABILITY,
  SERVER_ERROR,
  SERVER_FLAG,
  type AgentToServer,
  type ServerToAgent,
} from '@clew/opamp/messages'
import { hex, serviceOf, updateAgent, type AgentLink, type AgentRecord } from './agent-record.ts'
import type { AgentRegistry } from './agent-registry.ts'
import type { LiveSettingsStore } from './live-settings-store.ts'
import { desiredConfig, dialectOf, type DesiredConfig } from './remote-config.ts'

const CAPABILITIES =
  SERVER_CAPABILITY.acceptsStatus | SERVER_CAPABILITY.offersRemoteConfig | SERVER_CAPABILITY.acceptsEffectiveConfig
const UID_BYTES = 16

/** The OpAMP protocol without its transports: what to answer to a message, and what to tell an agent unasked. */
export class OpampServer {
  readonly #agents: AgentRegistry
  readonly #settings: LiveSettingsStore
  readonly #clock: Clock

  constructor(agents: AgentRegistry, settings: LiveSettingsStore, clock: Clock) {
    this.#agents = agents
    this.#settings = settings
    this.#clock = clock
  }

  /** Takes in a message and says what to answer. */
  receive(message: AgentToServer, link: AgentLink): ServerToAgent {
    const { instanceUid } = message
    if (instanceUid.byteLength !== UID_BYTES || instanceUid.every((byte) => byte === 0)) {
      return badRequest(instanceUid, 'instance_uid must be 16 bytes that are not all zero')
    }
    if (((message.flags ?? 0) & AGENT_FLAG.requestInstanceUid) !== 0) return renamed(instanceUid)
    const agent = this.#agents.findOrAdd(hex(instanceUid))
    if (this.#isTwin(agent, message, link)) return renamed(instanceUid)
    const missing = message.agentDescription === undefined && agent.attributes === undefined
    const gap = agent.sequenceNum !== -1 && message.sequenceNum !== agent.sequenceNum + 1
    const restarted = message.agentDescription !== undefined
    if (agent.link !== undefined && agent.link !== link) agent.link.close()
    agent.link = link
    agent.transport = link.transport
    agent.userAgent = link.userAgent
    updateAgent(agent, message, this.#clock.unixMillis())
    if (agent.gone) agent.link = undefined
    return {
      instanceUid,
      capabilities: CAPABILITIES,
      flags: missing || (gap && !restarted) ? SERVER_FLAG.reportFullState : 0,
      ...this.#offer(agent),
    }
  }

  /** What an agent must be told without having asked; undefined when there is nothing. */
  news(id: string): ServerToAgent | undefined {
    const agent = this.#agents.get(id)
    const offer = agent === undefined ? undefined : this.#offer(agent)
    if (offer?.remoteConfig === undefined) return undefined
    return { instanceUid: Buffer.from(id, 'hex'), capabilities: CAPABILITIES, ...offer }
  }

  /** A link is gone. */
  disconnected(link: AgentLink): void {
    for (const agent of this.#agents.list()) if (agent.link === link) agent.link = undefined
  }

  /** Looks for all connected agents whether there is something new for them. */
  wakeAll(): void {
    for (const agent of this.#agents.list()) agent.link?.wake()
  }

  /** What an agent shall have; undefined for one that cannot be told. */
  desired(agent: AgentRecord): DesiredConfig | undefined {
    const dialect = dialectOf(agent.attributes ?? {}, agent.userAgent)
    if (dialect === undefined || (agent.capabilities & AGENT_CAPABILITY.acceptsRemoteConfig) === 0) return undefined
    const target = { service: serviceOf(agent), agent: agent.id }
    const settings = this.#settings.settingsFor(target)
    return desiredConfig(
      { settings, steps: this.#settings.scheduleFor(target), nowMs: this.#clock.unixMillis() },
      dialect,
    )
  }

  #offer(agent: AgentRecord): Pick<ServerToAgent, 'remoteConfig'> {
    if (agent.gone || agent.attributes === undefined) return {}
    const desired = this.desired(agent)
    if (desired === undefined) return {}
    const wanted = hex(desired.hash)
    const reports = (agent.capabilities & AGENT_CAPABILITY.reportsRemoteConfig) !== 0
    const has = reports ? agent.config.hash : agent.offeredHash
    if (has === wanted || (has === '' && desired.empty)) return {}
    agent.offeredHash = wanted
    return { remoteConfig: { config: { configMap: { ...desired.files } }, configHash: desired.hash } }
  }

  /** Two processes with one uid (a copied image): they differ in what they are, and both are connected. */
  #isTwin(agent: AgentRecord, { agentDescription }: AgentToServer, link: AgentLink): boolean {
    if (agentDescription === undefined || agent.link === undefined || agent.link === link) return false
    if (agent.transport !== 'websocket' || link.transport !== 'websocket') return false
    const identity = new Map(
      [...agentDescription.identifyingAttributes, ...agentDescription.nonIdentifyingAttributes].map(
        ({ key, value }) => [key, value?.stringValue ?? String(value?.intValue ?? '')] as const,
      ),
    )
    return ['service.instance.id', 'host.name', 'process.pid'].some(
      (key) => (identity.get(key) ?? '') !== (agent.attributes?.[key] ?? ''),
    )
  }
}

/** What to answer to bytes that are no message. */
export function badRequest(instanceUid: Uint8Array, errorMessage: string): ServerToAgent {
  return {
    instanceUid,
    capabilities: CAPABILITIES,
    errorResponse: { type: SERVER_ERROR.badRequest, errorMessage },
  }
}

function renamed(instanceUid: Uint8Array): ServerToAgent {
  return { instanceUid, capabilities: CAPABILITIES, agentIdentification: { newInstanceUid: randomBytes(UID_BYTES) } }
}
