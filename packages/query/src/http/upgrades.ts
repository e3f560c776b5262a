import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import type { AuthPort, ControlPort } from '../ports.ts'
import { checkCaller } from './caller-guard.ts'

/** Where agents speak OpAMP, by HTTP and by WebSocket. */
export const OPAMP_PATH = '/v1/opamp'

/** Who takes WebSockets, and who may open them. */
export interface UpgradeOptions {
  readonly control: ControlPort
  readonly auth: AuthPort
  readonly allowedHosts: readonly string[]
}

/**
 * WebSockets: only OpAMP has them. A browser sends the `Origin` of its page along, and no page of another site may open
 * one; agents show a token that may send telemetry, where tokens are set. Every other path is refused.
 */
export function handleUpgrades(server: Server, { control, auth, allowedHosts }: UpgradeOptions): void {
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy())
    if (request.url?.split('?')[0] !== OPAMP_PATH) return refuse(socket, '404 Not Found')
    try {
      const { host = '', origin } = request.headers
      checkCaller({ host, origin, changes: true }, allowedHosts)
    } catch {
      return refuse(socket, '403 Forbidden')
    }
    if (auth.required() && auth.refusal(auth.identify(request.headers.authorization)?.scopes, 'ingest') !== undefined) {
      return refuse(socket, '401 Unauthorized')
    }
    control.upgrade(request, socket, head)
  })
}

function refuse(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
}
