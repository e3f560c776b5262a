import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Logger } from '@clew/base/logger'
import { frameMessage, unframeMessage } from '@clew/opamp/framing'
import { decodeAgentToServer, encodeServerToAgent, type ServerToAgent } from '@clew/opamp/messages'
import { WebSocketServer, type RawData, type WebSocket } from 'ws'
import { hex, type AgentLink } from './agent-record.ts'
import { badRequest, type OpampServer } from './opamp-server.ts'

/** Largest message of an agent; far above what one says. */
export const MAX_MESSAGE_BYTES: number = 512 * 1024
const MAX_SOCKETS = 2000
const MAX_UNSENT_BYTES = 4 * 1024 * 1024
const PING_EVERY_MS = 20_000

/** OpAMP over WebSockets. */
export class OpampSockets {
  readonly #server: OpampServer
  readonly #logger: Logger
  readonly #sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_MESSAGE_BYTES, clientTracking: true })
  readonly #alive = new WeakSet<WebSocket>()
  readonly #pings: NodeJS.Timeout

  constructor(server: OpampServer, logger: Logger) {
    this.#server = server
    this.#logger = logger
    this.#pings = setInterval(() => this.#ping(), PING_EVERY_MS)
    this.#pings.unref()
  }

  /** Takes over an HTTP connection that asks to be a WebSocket. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    if (this.#sockets.clients.size >= MAX_SOCKETS) {
      socket.end('HTTP/1.1 503 Service Unavailable\r\nRetry-After: 30\r\nConnection: close\r\n\r\n')
      return
    }
    this.#sockets.handleUpgrade(request, socket, head, (opened) => this.#open(opened, request))
  }

  /** Ends all connections. */
  close(): void {
    clearInterval(this.#pings)
    for (const client of this.#sockets.clients) client.terminate()
    this.#sockets.close()
  }

  #open(socket: WebSocket, request: IncomingMessage): void {
    let id: string | undefined
    const link: AgentLink = {
      transport: 'websocket',
      userAgent: request.headers['user-agent'] ?? '',
      wake: () => {
        const news = id === undefined ? undefined : this.#server.news(id)
        if (news !== undefined) send(socket, news)
      },
      close: () => socket.close(1000, 'another connection of this agent took its place'),
    }
    this.#alive.add(socket)
    socket.on('pong', () => this.#alive.add(socket))
    socket.on('error', (error) => this.#logger.debug('an agent broke its connection', { error }))
    socket.on('close', () => this.#server.disconnected(link))
    socket.on('message', (data) => {
      try {
        const message = decodeAgentToServer(unframeMessage(bytesOf(data)))
        id = hex(message.instanceUid)
        const answer = this.#server.receive(message, link)
        if (message.agentDisconnect === undefined) send(socket, answer)
      } catch (error) {
        this.#logger.debug('an agent sent something that is no OpAMP message', { error })
        send(socket, badRequest(new Uint8Array(0), String(error)))
      }
    })
  }

  #ping(): void {
    for (const socket of this.#sockets.clients) {
      if (!this.#alive.delete(socket)) socket.terminate()
      else socket.ping()
    }
  }
}

function send(socket: WebSocket, message: ServerToAgent): void {
  // Somebody who asks and never reads gets no further answers in memory.
  if (socket.bufferedAmount > MAX_UNSENT_BYTES) socket.terminate()
  else socket.send(frameMessage(encodeServerToAgent(message)))
}

function bytesOf(data: RawData): Uint8Array {
  if (Array.isArray(data)) return Buffer.concat(data)
  return data instanceof ArrayBuffer ? new Uint8Array(data) : data
}
