import { anyValueText } from '@clew/opamp/attributes'
import type { AgentToServer, ComponentHealth, KeyValue } from '@clew/opamp/messages'

/** How to reach an agent that is connected. */
export interface AgentLink {
  readonly transport: 'websocket' | 'http'
  readonly userAgent: string
  /** Something has changed for this agent: look what to tell it. */
  wake(): void
  /** Nobody shall hear from this link any more. */
  close(): void
}

/** A part of an agent that is not well. */
export interface AgentProblem {
  readonly component: string
  readonly message: string
}

/** What is known about an agent. Times are milliseconds since 1970. */
export interface AgentRecord {
  /** Instance uid in hex. */
  readonly id: string
  link: AgentLink | undefined
  transport: 'websocket' | 'http'
  /** Of the HTTP request it came with. */
  userAgent: string
  attributes: Readonly<Record<string, string>> | undefined
  sequenceNum: number
  capabilities: number
  health: { readonly healthy: boolean; readonly status: string; readonly startedMs: number | null } | undefined
  problems: readonly AgentProblem[]
  effective: readonly { readonly name: string; readonly contentType: string; readonly text: string }[]
  /** Hex hash of the remote configuration it has, one of REMOTE_CONFIG_STATUS, and what went wrong. */
  config: { readonly hash: string; readonly status: number; readonly error: string }
  /** What was offered last: agents that do not report what they have shall not get it again and again. */
  offeredHash: string
  firstSeenMs: number
  lastSeenMs: number
  /** It has said good-bye. */
  gone: boolean
}

const MAX_ATTRIBUTES = 128
const MAX_TEXT = 1024
const MAX_PROBLEMS = 200
const MAX_EFFECTIVE_CHARACTERS = 64 * 1024

const decoder = new TextDecoder()

/** An agent nobody has heard of. */
export function newAgent(id: string, nowMs: number): AgentRecord {
  return {
    id,
    link: undefined,
    transport: 'http',
    userAgent: '',
    attributes: undefined,
    sequenceNum: -1,
    capabilities: 0,
    health: undefined,
    problems: [],
    effective: [],
    config: { hash: '', status: 0, error: '' },
    offeredHash: '',
    firstSeenMs: nowMs,
    lastSeenMs: nowMs,
    gone: false,
  }
}

/** Puts what a message says into the record; what it does not say stays. Everything is cut to a bounded size. */
export function updateAgent(agent: AgentRecord, message: AgentToServer, nowMs: number): void {
  agent.sequenceNum = message.sequenceNum
  agent.lastSeenMs = nowMs
  agent.gone = message.agentDisconnect !== undefined
  if (message.capabilities !== 0) agent.capabilities = message.capabilities
  const { agentDescription, health, effectiveConfig, remoteConfigStatus } = message
  if (agentDescription !== undefined) {
    agent.attributes = attributesOf([
      ...agentDescription.identifyingAttributes,
      ...agentDescription.nonIdentifyingAttributes,
    ])
  }
  if (health !== undefined) {
    const startNanos = health.startTimeUnixNano ?? 0n
    const startedMs = startNanos === 0n ? null : Number(startNanos / 1_000_000n)
    agent.health = { healthy: health.healthy, status: cut(health.lastError || health.status || ''), startedMs }
    agent.problems = problemsOf(health, '').slice(0, MAX_PROBLEMS)
  }
  if (effectiveConfig !== undefined) agent.effective = effectiveOf(effectiveConfig.configMap?.configMap ?? {})
  if (remoteConfigStatus !== undefined) {
    const { lastRemoteConfigHash, status, errorMessage } = remoteConfigStatus
    agent.config = { hash: hex(lastRemoteConfigHash.subarray(0, 64)), status, error: cut(errorMessage ?? '') }
  }
}

/** Name of the service an agent is in; empty while it has not said. */
export function serviceOf(agent: AgentRecord): string {
  return agent.attributes?.['service.name'] ?? ''
}

/** Bytes as lower-case hex. */
export function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex')
}

function attributesOf(list: readonly KeyValue[]): Record<string, string> {
  const entries = list.slice(0, MAX_ATTRIBUTES).map(({ key, value }) => [cut(key), cut(anyValueText(value))] as const)
  return Object.fromEntries(entries)
}

function problemsOf(health: ComponentHealth, path: string): AgentProblem[] {
  const found: AgentProblem[] = []
  for (const [name, component] of Object.entries(health.componentHealthMap ?? {})) {
    const own = cut(path === '' ? name : `${path}/${name}`)
    const message = component.lastError || component.status || ''
    if (!component.healthy) found.push({ component: own, message: cut(message) })
    if (found.length < MAX_PROBLEMS) found.push(...problemsOf(component, own))
  }
  return found
}

function effectiveOf(
  files: Readonly<Record<string, { body: Uint8Array; contentType: string }>>,
): AgentRecord['effective'] {
  let left = MAX_EFFECTIVE_CHARACTERS
  const found: AgentRecord['effective'][number][] = []
  for (const [name, { body, contentType }] of Object.entries(files)) {
    if (left <= 0) break
    const text = decoder.decode(body.subarray(0, left * 3)).slice(0, left)
    left -= text.length
    found.push({ name: cut(name), contentType: cut(contentType), text })
  }
  return found
}

function cut(text: string): string {
  return text.length <= MAX_TEXT ? text : `${text.slice(0, MAX_TEXT - 1)}…`
}
