import http, { validateHeaderName, validateHeaderValue } from 'node:http'
import { connect, type Socket } from 'node:net'
import type { Destination } from './otlp-post.ts'
import { refusalWithText } from './pipeline/answer-text.ts'
import { HttpAnswer } from './pipeline/http-answer.ts'
import { judgeAnswer, judgeFailure, type Outcome } from './pipeline/judge-answer.ts'

/** Fields that change how a message is read, or that the connection is for. */
const FRAMING = new Set(['connection', 'content-length', 'expect', 'te', 'trailer', 'transfer-encoding', 'upgrade'])

const idle = new Map<string, Connection[]>()

/**
 * Whether a body can go over a plain socket. A program that never makes a request with `http.request` runs the code of its
 * server faster: Node's own code for both then sees one kind of objects only. What asks for more than a plain connection (TLS,
 * a proxy, credentials in the address, an agent of somebody's own) is left to Node.
 */
export function goesOverSocket({ url, headers, agent }: Destination): boolean {
  const { protocol, username, password } = new URL(url)
  if (protocol !== 'http:' || username !== '' || password !== '') return false
  if (Object.keys(headers).some((name) => FRAMING.has(name.toLowerCase()))) return false
  return agent !== undefined && isPlain(agent)
}

function isPlain(agent: object): boolean {
  if (Object.getPrototypeOf(agent) !== http.Agent.prototype || Object.hasOwn(agent, 'createConnection')) return false
  const { keepAlive, options } = agent as http.Agent & { keepAlive?: boolean; options: Record<string, unknown> }
  const asks = ['proxyEnv', 'socketPath', 'localAddress', 'lookup', 'host', 'port', 'family', 'maxSockets']
  return keepAlive === true && asks.every((name) => options[name] === undefined)
}

/** As `postBody`, over a connection that is kept for the next. Rejects where a header cannot be sent. */
export async function postOverSocket(
  body: Uint8Array,
  destination: Destination,
  onHandedOver: () => void,
): Promise<Outcome> {
  const url = new URL(destination.url)
  const head = headOf(url, destination.headers, body.byteLength)
  const connection = takeIdle(url.host) ?? new Connection(url)
  return await connection.post({ head, body, destination, onHandedOver })
}

function headOf(url: URL, headers: Readonly<Record<string, string>>, bytes: number): string {
  let lines = ''
  let hostNamed = false
  for (const [name, value] of Object.entries(headers)) {
    validateHeaderName(name)
    validateHeaderValue(name, value)
    hostNamed ||= name.toLowerCase() === 'host'
    lines += `${name}: ${value}\r\n`
  }
  if (!hostNamed) lines += `Host: ${url.host}\r\n`
  return `POST ${url.pathname}${url.search} HTTP/1.1\r\n${lines}Connection: keep-alive\r\ncontent-length: ${bytes}\r\n\r\n`
}

function takeIdle(host: string): Connection | undefined {
  const kept = idle.get(host)
  for (let connection = kept?.pop(); connection !== undefined; connection = kept?.pop()) {
    if (connection.usable) return connection
    connection.destroy()
  }
  return undefined
}

interface Post {
  readonly head: string
  readonly body: Uint8Array
  readonly destination: Destination
  readonly onHandedOver: () => void
}

/** One socket, which has one request on it at most and does not keep the program alive. */
class Connection {
  readonly #host: string
  readonly #socket: Socket
  #used = false
  #closed = false
  #idleUntilMs = 0
  #answer = new HttpAnswer()
  #post: Post | undefined
  #resolve: ((outcome: Outcome) => void) | undefined

  constructor(url: URL) {
    this.#host = url.host
    const host = url.hostname.replace(/^\[(.*)\]$/, '$1')
    this.#socket = connect({ host, port: Number(url.port || 80), noDelay: true, keepAlive: true })
    this.#socket.unref()
    this.#socket.on('data', (chunk) => this.#read(chunk))
    this.#socket.on('end', () => this.#ended())
    this.#socket.on('timeout', () => this.#fail(new Error('timed out')))
    this.#socket.on('error', (error) => this.#fail(error))
    this.#socket.on('close', () => this.#ended())
  }

  get usable(): boolean {
    return !this.#closed && this.#socket.writable && Date.now() < this.#idleUntilMs
  }

  destroy(): void {
    this.#closed = true
    this.#socket.destroy()
  }

  post(post: Post): Promise<Outcome> {
    const { head, body, destination, onHandedOver } = post
    this.#post = post
    this.#answer = new HttpAnswer()
    this.#socket.setTimeout(destination.timeoutMs)
    return new Promise((resolve) => {
      this.#resolve = resolve
      this.#socket.cork()
      this.#socket.write(head, 'latin1')
      this.#socket.write(body, (error) => {
        if (error == null && this.#post === post) onHandedOver()
      })
      this.#socket.uncork()
    })
  }

  #read(chunk: Buffer): void {
    // Nobody has asked for anything.
    if (this.#resolve === undefined) return this.destroy()
    try {
      this.#answer.push(chunk)
    } catch (error) {
      return this.#fail(error as Error)
    }
    if (this.#answer.complete) this.#finish()
  }

  #ended(): void {
    this.#answer.end()
    if (this.#resolve === undefined) return this.destroy()
    if (this.#answer.complete) this.#finish()
    else this.#fail(Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' }))
  }

  #fail(error: NodeJS.ErrnoException): void {
    this.destroy()
    if (this.#answer.head !== undefined) return this.#settle(this.#judged())
    // A kept connection that the backend has closed meanwhile says nothing about the backend; a new one is made.
    const stale = this.#used && !this.#answer.begun && (error.code === 'ECONNRESET' || error.code === 'EPIPE')
    this.#settle({ ...judgeFailure(error), stale })
  }

  #finish(): void {
    const outcome = this.#judged()
    this.#used = true
    if (this.#answer.keepsConnection && this.#socket.writable && !this.#closed) this.#keep()
    else this.destroy()
    this.#settle(outcome)
  }

  /** For the next one; a second less than the other side keeps it, where that says how long. */
  #keep(): void {
    const seconds = /\btimeout=(\d+)/i.exec(this.#answer.head?.headers['keep-alive'] ?? '')?.[1]
    this.#idleUntilMs = seconds === undefined ? Number.POSITIVE_INFINITY : Date.now() + Number(seconds) * 1000 - 1000
    this.#socket.setTimeout(0)
    const kept = idle.get(this.#host)
    if (kept === undefined) idle.set(this.#host, [this])
    else kept.push(this)
  }

  #judged(): Outcome {
    const { status, headers } = this.#answer.head ?? { status: 0, headers: {} }
    const outcome = judgeAnswer(status, headers['retry-after'])
    if (this.#post?.destination.wantsText !== true) return outcome
    return refusalWithText(outcome, { status, contentType: headers['content-type'], body: this.#answer.body })
  }

  #settle(outcome: Outcome): void {
    const resolve = this.#resolve
    this.#resolve = undefined
    this.#post = undefined
    resolve?.(outcome)
  }
}
