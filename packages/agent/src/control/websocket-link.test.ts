import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { WebSocketServer, type WebSocket } from 'ws'
import type { LinkEnd } from './link.ts'
import { clientFrame, OPCODE, ServerFrames } from './websocket-frames.ts'
import { openWebSocket } from './websocket-link.ts'

let server: Server
let sockets: WebSocketServer
let url: URL

beforeEach(async () => {
  server = createServer((_request, response) => response.writeHead(404).end('nothing here'))
  sockets = new WebSocketServer({ server, path: '/v1/opamp' })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/opamp`)
})
afterEach(async () => {
  for (const client of sockets.clients) client.terminate()
  sockets.close()
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})

function connect(to = url, headers: Record<string, string> = {}) {
  const messages: Uint8Array[] = []
  let ended: (end: LinkEnd) => void
  let opened: () => void
  const end = new Promise<LinkEnd>((resolve) => (ended = resolve))
  const open = new Promise<void>((resolve) => (opened = resolve))
  const peer = new Promise<WebSocket>((resolve) => sockets.once('connection', resolve))
  const link = openWebSocket(
    { url: to, headers },
    {
      onOpen: () => opened(),
      onMessage: (bytes) => messages.push(bytes),
      onClose: (why) => ended(why),
    },
  )
  return { link, messages, end, open, peer }
}

describe('against the server of `ws`', () => {
  it.each([0, 1, 125, 126, 65_535, 65_536, 300_000])('%d bytes there and back', async (size) => {
    const { link, messages, open, peer } = connect()
    await open
    const other = await peer
    other.on('message', (data) => other.send(data))
    const bytes = Uint8Array.from({ length: size }, (_, i) => (i * 7 + 1) & 0xff)
    link.send(bytes)
    await expect.poll(() => messages.length, { timeout: 20_000 }).toBe(1)
    expect(Buffer.compare(messages[0]!, bytes)).toBe(0)
    link.close()
  })

  it('a message in parts is put together, with a ping between them that is answered', async () => {
    const { messages, open, peer } = connect()
    await open
    const other = await peer
    const pong = new Promise((resolve) => other.once('pong', resolve))
    other.send(Uint8Array.of(0, 1), { fin: false, binary: true })
    other.ping('x')
    other.send(Uint8Array.of(2), { fin: false })
    other.send(Uint8Array.of(3), { fin: true })
    await pong
    await expect.poll(() => messages.map((bytes) => [...bytes]), { timeout: 20_000 }).toEqual([[1, 2, 3]])
  })

  it('its headers go along, and a close of the server is heard', async () => {
    const request = new Promise((resolve) =>
      sockets.once('connection', (_socket, seen) => resolve(seen.headers['x-key'])),
    )
    const { end, open, peer } = connect(url, { 'x-key': 'k' })
    await open
    expect(await request).toBe('k')
    ;(await peer).close(1001)
    expect((await end).refused).toBeUndefined()
  })

  it('a server that speaks none refuses, one that is away does not', async () => {
    expect(await connect(new URL('/elsewhere', url)).end).toMatchObject({ refused: true })
    const away = new URL(url)
    away.port = '1'
    expect((await connect(away).end).refused).toBeUndefined()
  })

  it('a message that is too long ends the connection, not the program', async () => {
    const { end, open, peer } = connect()
    await open
    ;(await peer).send(new Uint8Array(1024 * 1024 + 2))
    expect((await end).reason).toContain('more than 1048576 bytes')
  })
})

describe('frames', () => {
  it('in any pieces give the same messages', () => {
    const frame = (payload: Uint8Array): Buffer => {
      const masked = clientFrame(OPCODE.binary, payload)
      const header = payload.length < 126 ? 2 : 4
      const plain = Buffer.concat([masked.subarray(0, header), payload])
      plain[1] = plain[1]! & 0x7f
      return plain
    }
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 5 }),
        fc.integer({ min: 1, max: 50 }),
        (payloads, size) => {
          const bytes = Buffer.concat(payloads.map(frame))
          const frames = new ServerFrames()
          const found: number[][] = []
          for (let at = 0; at < bytes.length; at += size) {
            for (const { payload } of frames.push(bytes.subarray(at, at + size))) found.push([...payload])
          }
          expect(found).toEqual(payloads.map((payload) => [...payload]))
        },
      ),
    )
  })

  it('of garbage are an Error or nothing, never more', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        try {
          new ServerFrames().push(bytes)
        } catch (error) {
          expect(error).toBeInstanceOf(Error)
        }
      }),
      { numRuns: 2000 },
    )
  })

  it.each([
    ['masked', [0x82, 0x81, 0, 0, 0, 0, 1], 'must not mask'],
    ['with a reserved bit', [0xc2, 0x00], 'reserved'],
    ['a ping in parts', [0x09, 0x00], 'control frame'],
    ['a ping of 126 bytes', [0x89, 0x7e, 0x00, 0x7e], 'control frame'],
    ['a continuation of nothing', [0x80, 0x00], 'mixed'],
  ])('%s are refused', (_name, bytes, message) => {
    expect(() => new ServerFrames().push(Uint8Array.from(bytes))).toThrow(message)
  })
})
