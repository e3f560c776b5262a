import { Agent, createServer, type Server } from 'node:http'
import { createServer as createSocketServer, type AddressInfo } from 'node:net'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { OtlpTransport, type TransportOptions } from './otlp-transport.ts'

const servers: Server[] = []
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    server.close()
  }
})

/** A server that answers with the given statuses in turn, the last one for ever; `null` never answers. */
async function backend(...statuses: (number | null)[]): Promise<{ url: string; bodies: string[] }> {
  const bodies: string[] = []
  const server = createServer((request, response) => {
    let body = ''
    request.setEncoding('latin1').on('data', (chunk: string) => (body += chunk))
    request.on('end', () => {
      bodies.push(body)
      const status = statuses.length > 1 ? statuses.shift() : statuses[0]
      if (typeof status === 'number') response.writeHead(status, { 'retry-after': '0' }).end()
    })
  })
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/traces`, bodies }
}

function transport(url: string, more: Partial<TransportOptions> = {}, Transport = OtlpTransport): OtlpTransport {
  return new Transport({
    url,
    headers: async () => ({ 'content-type': 'application/x-protobuf' }),
    compression: 'none',
    timeoutMs: 10_000,
    ...more,
  })
}

const text = (value: string): Uint8Array => new TextEncoder().encode(value)

describe('OtlpTransport', () => {
  it('delivers in order and then is drained', async () => {
    const { url, bodies } = await backend(200)
    const sending = transport(url)
    for (const value of ['a', 'b', 'c']) sending.enqueue(text(value))
    await sending.drained()
    expect(bodies).toEqual(['a', 'b', 'c'])
    expect(sending.takePending()).toEqual([])
    await sending.drained()
  })

  it('tries again after an answer that asks for it', async () => {
    const { url, bodies } = await backend(503, 429, 200)
    const sending = transport(url)
    sending.enqueue(text('a'))
    await sending.drained()
    expect(bodies).toEqual(['a', 'a', 'a'])
    expect(sending.droppedRequests).toBe(0)
  })

  it('gives up what the backend refuses, and goes on with the next', async () => {
    const { url, bodies } = await backend(400, 200)
    const sending = transport(url)
    sending.enqueue(text('bad'))
    sending.enqueue(text('good'))
    await sending.drained()
    expect(bodies).toEqual(['bad', 'good'])
    expect(sending.droppedRequests).toBe(1)
  })

  it('drops what is beyond its bytes, and counts it', async () => {
    const { url } = await backend(null)
    const sending = transport(url, { maxQueuedBytes: 10 })
    sending.enqueue(text('123456'))
    sending.enqueue(text('123456'))
    sending.enqueue(text('1234'))
    expect(sending.droppedRequests).toBe(1)
    expect(sending.takePending().map((request) => request.body.byteLength)).toEqual([6, 4])
  })

  it('at the end tells what the network already has from what it has not', async () => {
    const { url, bodies } = await backend(null)
    const sending = transport(url)
    sending.enqueue(text('sent'))
    sending.enqueue(text('waiting'))
    await expect.poll(() => bodies).toEqual(['sent'])
    const pending = sending.takePending()
    expect(pending.map(({ body, handedOver }) => [Buffer.from(body).toString(), handedOver])).toEqual([
      ['sent', true],
      ['waiting', false],
    ])
    expect(pending[1]).toMatchObject({ url, headers: { 'content-type': 'application/x-protobuf' } })
  })

  it('takes a new connection for a kept one that the backend closes, and says nothing of it', async () => {
    const bodies: string[] = []
    let connections = 0
    const server = createSocketServer((socket) => {
      connections++
      let requests = 0
      socket.on('error', () => undefined)
      socket.on('data', (chunk) => {
        // As if it had been closed for having been idle, while the request was on its way.
        if (connections === 1 && ++requests === 2) return void socket.resetAndDestroy()
        bodies.push(String(chunk).split('\r\n\r\n')[1] ?? '')
        socket.write('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n')
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    // In a process of its own so to say: one that has said nothing yet.
    vi.resetModules()
    const { OtlpTransport: FreshTransport } = await import('./otlp-transport.ts')
    const said = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
    const agent = new Agent({ keepAlive: true })
    try {
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/traces`
      const sending = transport(url, { agent: () => agent }, FreshTransport)
      for (const value of ['a', 'b']) {
        sending.enqueue(text(value))
        await sending.drained()
      }
      expect([bodies, connections]).toEqual([['a', 'b'], 2])
      expect(said.mock.calls.filter(([line]) => String(line).startsWith('clew:'))).toEqual([])
    } finally {
      said.mockRestore()
      agent.destroy()
      server.close()
    }
  })

  it('retries a request that times out', async () => {
    const { url, bodies } = await backend(null, 200)
    const sending = transport(url, { timeoutMs: 50 })
    sending.enqueue(text('a'))
    await sending.drained()
    expect(bodies).toEqual(['a', 'a'])
  })
})
