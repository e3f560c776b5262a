import { createServer, type Socket } from 'node:net'
import type { AddressInfo } from 'node:net'
import { Agent } from 'node:http'
import { expect, it, vi } from 'vitest'
import { OtlpTransport } from './otlp-transport.ts'

it('a kept connection that the backend has closed meanwhile is no trouble worth a word', async () => {
  const written = vi.spyOn(process.stderr, 'write')
  const seen = new WeakMap<Socket, number>()
  let resets = 0
  let answered = 0
  // Answers the first request of a connection, and resets it at the second, as servers do that close idle ones.
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.on('data', (data) => {
      if (!String(data).startsWith('POST')) return
      const requests = (seen.get(socket) ?? 0) + 1
      seen.set(socket, requests)
      if (requests === 1) {
        answered++
        socket.write('HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: keep-alive\r\n\r\n')
      } else {
        resets++
        socket.resetAndDestroy()
      }
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const agent = new Agent({ keepAlive: true })
  const transport = new OtlpTransport({
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/traces`,
    headers: async () => ({}),
    compression: 'none',
    timeoutMs: 10_000,
    agent: () => agent,
  })
  for (let i = 0; i < 3; i++) {
    transport.enqueue(new TextEncoder().encode('x'), 1)
    await transport.drained()
  }
  expect([answered, resets, transport.sentItems]).toEqual([3, 2, 3])
  expect(written.mock.calls.flat().filter((text) => String(text).includes('clew:'))).toEqual([])
  agent.destroy()
  server.close()
})
