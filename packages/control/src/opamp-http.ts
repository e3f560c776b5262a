import { decodeAgentToServer, encodeServerToAgent, type ServerToAgent } from '@clew/opamp/messages'
import { hex, type AgentLink } from './agent-record.ts'
import { badRequest, type OpampServer } from './opamp-server.ts'

/** What comes with a request beside its body. */
export interface OpampRequestFacts {
  readonly userAgent: string
  /** How long the agent would wait for news (`Prefer: wait=…`, RFC 7240); 0 when it wants its answer now. */
  readonly waitMs: number
  readonly abort: AbortSignal
}

/** An answer over HTTP. */
export interface OpampAnswer {
  readonly status: 200 | 400
  readonly body: Uint8Array
}

const MAX_WAIT_MS = 60_000
/** Requests that are held open at a time; further ones are answered at once. */
const MAX_WAITING = 2000

/** OpAMP over plain HTTP: one message in, one out. Agents that are ready to wait hear of changes at once. */
export class OpampHttp {
  readonly #server: OpampServer
  #waiting = 0

  constructor(server: OpampServer) {
    this.#server = server
  }

  /** Answers one request. Never throws. */
  async exchange(body: Uint8Array, facts: OpampRequestFacts): Promise<OpampAnswer> {
    let wake: () => void = () => undefined
    const link: AgentLink = {
      transport: 'http',
      userAgent: facts.userAgent,
      wake: () => wake(),
      close: () => wake(),
    }
    let message
    try {
      message = decodeAgentToServer(body)
    } catch (error) {
      return { status: 400, body: encodeServerToAgent(badRequest(new Uint8Array(0), String(error))) }
    }
    const answer = this.#server.receive(message, link)
    if (answer.errorResponse !== undefined) return { status: 400, body: encodeServerToAgent(answer) }
    if (facts.waitMs <= 0 || saysSomething(answer) || this.#waiting >= MAX_WAITING) {
      return { status: 200, body: encodeServerToAgent(answer) }
    }
    this.#waiting++
    try {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, Math.min(facts.waitMs, MAX_WAIT_MS))
        wake = () => {
          clearTimeout(timer)
          resolve()
        }
        facts.abort.addEventListener('abort', wake, { once: true })
      })
    } finally {
      this.#waiting--
    }
    const news = facts.abort.aborted ? undefined : this.#server.news(hex(message.instanceUid))
    return { status: 200, body: encodeServerToAgent(news ?? answer) }
  }
}

function saysSomething({ flags = 0, remoteConfig, agentIdentification }: ServerToAgent): boolean {
  return flags !== 0 || remoteConfig !== undefined || agentIdentification !== undefined
}
