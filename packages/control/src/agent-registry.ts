import type { Clock } from '@clew/base/clock'
import { newAgent, type AgentRecord } from './agent-record.ts'

/** Agents that are remembered; the one silent longest goes first. */
const MAX_AGENTS = 2000
/** An agent that has not been heard of for so long is forgotten. */
const FORGET_MS = 60 * 60_000
/** Over HTTP agents report every 30 seconds unless told otherwise: after three of them it is away. */
const SILENT_MS = 95_000

/** The agents that have reported since this process started. */
export class AgentRegistry {
  readonly #clock: Clock
  readonly #agents = new Map<string, AgentRecord>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  get(id: string): AgentRecord | undefined {
    return this.#agents.get(id)
  }

  /** The record of an agent, a new one when there is none. */
  findOrAdd(id: string): AgentRecord {
    const known = this.#agents.get(id)
    if (known !== undefined) return known
    const nowMs = this.#clock.unixMillis()
    this.#forgetSilent(nowMs)
    if (this.#agents.size >= MAX_AGENTS) this.#forgetOldest()
    const agent = newAgent(id, nowMs)
    this.#agents.set(id, agent)
    return agent
  }

  /** All agents that are remembered. */
  list(): readonly AgentRecord[] {
    this.#forgetSilent(this.#clock.unixMillis())
    return [...this.#agents.values()]
  }

  /** Whether an agent would hear of a change. */
  isConnected(agent: AgentRecord): boolean {
    if (agent.gone) return false
    if (agent.transport === 'websocket') return agent.link !== undefined
    return this.#clock.unixMillis() - agent.lastSeenMs < SILENT_MS
  }

  #forgetSilent(nowMs: number): void {
    for (const [id, agent] of this.#agents) {
      if (!this.isConnected(agent) && nowMs - agent.lastSeenMs > FORGET_MS) this.#agents.delete(id)
    }
  }

  #forgetOldest(): void {
    let oldest: AgentRecord | undefined
    for (const agent of this.#agents.values()) {
      if (oldest === undefined || agent.lastSeenMs < oldest.lastSeenMs) oldest = agent
    }
    if (oldest === undefined) return
    oldest.link?.close()
    this.#agents.delete(oldest.id)
  }
}
