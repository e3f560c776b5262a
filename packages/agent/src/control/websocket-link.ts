import { createHash, randomBytes } from 'node:crypto'
import type { Socket } from 'node:net'
import { frameMessage, unframeMessage } from '@clew/opamp/framing'
import type { Link, LinkEnd, LinkEvents, LinkTarget } from './link.ts'
import { quietRequest } from './quiet-request.ts'
import { clientFrame, OPCODE, ServerFrames } from './websocket-frames.ts'

const MAGIC = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'
const HANDSHAKE_TIMEOUT_MS = 10_000
/** Servers ping every half minute or so; a connection on which nothing comes is dead. */
const SILENCE_MS = 90_000
const MAX_UNSENT_BYTES = 1024 * 1024

/** OpAMP over a WebSocket (RFC 6455). One of our own, because a client of a library keeps the program alive. */
export function openWebSocket({ url, headers, ca }: LinkTarget, events: LinkEvents): Link {
  const key = randomBytes(16).toString('base64')
  let socket: Socket | undefined
  let over = false
  const end = (why: LinkEnd): void => {
    if (over) return
    over = true
    socket?.destroy()
    request.destroy()
    events.onClose(why)
  }
  const request = quietRequest(url, {
    agent: false,
    ...(ca === undefined ? {} : { ca }),
    timeout: HANDSHAKE_TIMEOUT_MS,
    headers: {
      ...headers,
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': key,
    },
  })
  request.on('timeout', () => end({ reason: 'the server does not answer' }))
  request.on('error', (error) => end({ reason: error.message }))
  request.on('response', (response) => {
    const { statusCode = 0 } = response
    response.on('error', () => undefined).resume()
    const retryAfterMs = Number(response.headers['retry-after']) * 1000
    end({
      reason: `HTTP ${statusCode}`,
      // Busy or in the way for now is no answer to whether it speaks WebSocket.
      refused: statusCode !== 429 && statusCode < 500,
      ...(retryAfterMs > 0 ? { retryAfterMs } : {}),
    })
  })
  request.on('upgrade', (response, opened: Socket, head) => {
    opened.on('error', (error) => end({ reason: error.message }))
    opened.on('close', () => end({ reason: 'the server has closed the connection' }))
    if (over) return void opened.destroy()
    socket = opened
    const accepted = createHash('sha1')
      .update(key + MAGIC)
      .digest('base64')
    if (response.headers['sec-websocket-accept'] !== accepted) return end({ reason: 'no WebSocket', refused: true })
    opened.unref()
    opened.setNoDelay(true)
    opened.setTimeout(SILENCE_MS, () => end({ reason: 'nothing came for too long' }))
    const frames = new ServerFrames()
    const take = (bytes: Uint8Array): void => {
      try {
        for (const { opcode, payload } of frames.push(bytes)) {
          if (over) return
          if (opcode === OPCODE.ping) opened.write(clientFrame(OPCODE.pong, payload))
          else if (opcode === OPCODE.close) {
            opened.write(clientFrame(OPCODE.close, payload.subarray(0, 2)))
            end({ reason: 'the server has closed the connection' })
          } else if (opcode === OPCODE.binary) events.onMessage(unframeMessage(payload))
        }
      } catch (error) {
        end({ reason: String(error) })
      }
    }
    opened.on('data', take)
    events.onOpen()
    if (head.length > 0) take(head)
  })
  request.end()
  return {
    send: (bytes) => {
      if (socket === undefined || over) return
      if (socket.writableLength > MAX_UNSENT_BYTES) end({ reason: 'the server does not read' })
      else socket.write(clientFrame(OPCODE.binary, frameMessage(bytes)))
    },
    close: () => {
      if (socket !== undefined && !over) socket.end(clientFrame(OPCODE.close, Uint8Array.of(0x03, 0xe8)))
      over = true
      if (socket === undefined) request.destroy()
    },
  }
}
