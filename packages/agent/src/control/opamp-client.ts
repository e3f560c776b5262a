import { randomBytes } from 'node:crypto'
import {
  AGENT_CAPABILITY,
  decodeServerToAgent,
  encodeAgentToServer,
  REMOTE_CONFIG_STATUS,
  SERVER_FLAG,
  type AgentDescription,
  type AgentToServer,
  type ComponentHealth,
  type ConfigMap,
  type RemoteConfigStatus,
} from '@clew/opamp/messages'
import type { ControlSettings } from './control-settings.ts'
import { openHttp } from './http-link.ts'
import type { Link, LinkEnd } from './link.ts'
import { openWebSocket } from './websocket-link.ts'

/** What the client tells about the agent, and whom it tells what the server wants. */
export interface OpampHost {
  description(): AgentDescription
  health(): ComponentHealth
  effectiveConfig(): ConfigMap
  /** Puts a remote configuration into force; gives what could not be done, empty when all was. Must not throw. */
  apply(config: ConfigMap): string
}

const CAPABILITIES =
  AGENT_CAPABILITY.reportsStatus |
  AGENT_CAPABILITY.acceptsRemoteConfig |
  AGENT_CAPABILITY.reportsEffectiveConfig |
  AGENT_CAPABILITY.reportsHealth |
  AGENT_CAPABILITY.reportsRemoteConfig |
  AGENT_CAPABILITY.reportsHeartbeat

const FIRST_PAUSE_MS = 500
const MAX_PAUSE_MS = 30_000
/** A connection that lasted so long was a good one: the next attempt comes soon. */
const GOOD_AFTER_MS = 5000

/**
 * The agent's side of OpAMP. It connects for as long as the process lives, with growing pauses; a server that is away
 * costs an attempt every half a minute and nothing else. OpAMP specification, operation.
 */
export class OpampClient {
  readonly #settings: ControlSettings
  readonly #host: OpampHost
  #uid: Uint8Array = uuidV7()
  #sequence = 0
  #link: Link | undefined
  #timer: NodeJS.Timeout | undefined
  #transport: ControlSettings['transport']
  #status: RemoteConfigStatus | undefined
  #pauseMs = FIRST_PAUSE_MS
  #openedMs = 0
  #open = false
  #stopped = false

  constructor(settings: ControlSettings, host: OpampHost) {
    this.#settings = settings
    this.#host = host
    this.#transport = settings.transport
  }

  /** Whether the server can be heard. */
  get connected(): boolean {
    return this.#open
  }

  /** Begins to connect, after a pause that lets the program start first. */
  start(delayMs: number): void {
    this.#timer = setTimeout(() => this.#connect(), delayMs).unref()
  }

  /** Says that health or configuration have changed by themselves. */
  report(): void {
    if (this.#open) this.#send({ health: this.#host.health(), effectiveConfig: this.#effective() })
  }

  /** Says good-bye, and never connects again. */
  stop(): void {
    this.#stopped = true
    clearTimeout(this.#timer)
    if (this.#open) this.#send({ agentDisconnect: {} })
    this.#link?.close()
    this.#link = undefined
    this.#open = false
  }

  #connect(): void {
    if (this.#stopped) return
    const events = {
      onOpen: () => {
        this.#open = true
        this.#openedMs = performance.now()
        this.#sendAll()
      },
      onMessage: (bytes: Uint8Array) => this.#receive(bytes),
      onClose: (why: LinkEnd) => this.#closed(why),
      poll: () => this.#encode({}),
    }
    this.#link = this.#transport === 'http' ? openHttp(this.#settings, events) : openWebSocket(this.#settings, events)
  }

  #closed({ refused = false, retryAfterMs = 0 }: LinkEnd): void {
    this.#link = undefined
    if (this.#open && performance.now() - this.#openedMs > GOOD_AFTER_MS) this.#pauseMs = FIRST_PAUSE_MS
    this.#open = false
    if (this.#stopped) return
    if (refused && this.#transport === 'websocket') this.#transport = 'http'
    // Spread over half of it: the agents of a server that restarts do not come back at once.
    const pauseMs = Math.max(retryAfterMs, this.#pauseMs * (0.75 + Math.random() / 2))
    this.#pauseMs = Math.min(this.#pauseMs * 2, MAX_PAUSE_MS)
    this.#timer = setTimeout(() => this.#connect(), pauseMs).unref()
  }

  #receive(bytes: Uint8Array): void {
    let message
    try {
      message = decodeServerToAgent(bytes)
    } catch {
      return
    }
    const { agentIdentification, flags = 0, remoteConfig, errorResponse } = message
    if (errorResponse?.retryInfo !== undefined) {
      const retryAfterMs = errorResponse.retryInfo.retryAfterNanoseconds / 1e6
      const link = this.#link
      this.#closed({ reason: errorResponse.errorMessage ?? '', retryAfterMs })
      link?.close()
      return
    }
    let all = (flags & SERVER_FLAG.reportFullState) !== 0
    if (agentIdentification?.newInstanceUid.byteLength === 16) {
      this.#uid = agentIdentification.newInstanceUid
      all = true
    }
    if (remoteConfig !== undefined) {
      const errorMessage = this.#host.apply(remoteConfig.config ?? { configMap: {} })
      this.#status = {
        lastRemoteConfigHash: remoteConfig.configHash,
        status: errorMessage === '' ? REMOTE_CONFIG_STATUS.applied : REMOTE_CONFIG_STATUS.failed,
        errorMessage,
      }
    }
    if (all) this.#sendAll()
    else if (remoteConfig !== undefined && this.#status !== undefined) {
      this.#send({ remoteConfigStatus: this.#status, effectiveConfig: this.#effective(), health: this.#host.health() })
    }
  }

  #sendAll(): void {
    this.#send({
      agentDescription: this.#host.description(),
      health: this.#host.health(),
      effectiveConfig: this.#effective(),
      remoteConfigStatus: this.#status ?? {
        lastRemoteConfigHash: new Uint8Array(0),
        status: REMOTE_CONFIG_STATUS.unset,
      },
    })
  }

  #effective(): { configMap: ConfigMap } {
    return { configMap: this.#host.effectiveConfig() }
  }

  #send(part: Partial<AgentToServer>): void {
    this.#link?.send(this.#encode(part))
  }

  #encode(part: Partial<AgentToServer>): Uint8Array {
    this.#sequence++
    return encodeAgentToServer({
      instanceUid: this.#uid,
      sequenceNum: this.#sequence,
      capabilities: CAPABILITIES,
      ...part,
    })
  }
}

/** 16 bytes: the time in milliseconds, then random ones (RFC 9562). */
function uuidV7(): Uint8Array {
  const bytes = randomBytes(16)
  bytes.writeUIntBE(Date.now(), 0, 6)
  bytes[6] = (bytes[6]! & 0x0f) | 0x70
  bytes[8] = (bytes[8]! & 0x3f) | 0x80
  return bytes
}
