import { Agent } from 'node:http'
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { goesOverSocket, postOverSocket } from './otlp-socket.ts'
import type { Destination } from './otlp-post.ts'
import type { Outcome } from './pipeline/judge-answer.ts'

const servers: Server[] = []
const sockets: Socket[] = []
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy()
  for (const server of servers.splice(0)) server.close()
})

type Answer = (socket: Socket, request: string) => void

/** A server that answers each request, whole in `request`, by the function; counts its connections. */
async function backend(answer: Answer): Promise<{ url: string; connections: () => number; requests: string[] }> {
  let connections = 0
  const requests: string[] = []
  const server = createServer((socket) => {
    connections++
    sockets.push(socket)
    socket.on('error', () => undefined)
    let text = ''
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1')
      const length = Number(/content-length: (\d+)/.exec(text)?.[1])
      const end = text.indexOf('\r\n\r\n') + 4
      if (text.length < end + length) return
      requests.push(text)
      text = ''
      answer(socket, requests.at(-1)!)
    })
  })
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/traces?a=b`
  return { url, connections: () => connections, requests }
}

function post(url: string, more: Partial<Destination> = {}): Promise<Outcome> {
  const to = { url, headers: { a: 'ä' }, timeoutMs: 10_000, agent: undefined, wantsText: true, ...more }
  return postOverSocket(Buffer.from('body'), to, () => undefined)
}

describe('postOverSocket', () => {
  it('sends what an OTLP request has to have, and keeps the connection', async () => {
    const { url, connections, requests } = await backend((socket) =>
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}'),
    )
    expect([await post(url), await post(url), connections()]).toEqual([{ retry: false }, { retry: false }, 1])
    const host = new URL(url).host
    expect(requests[1]).toBe(
      `POST /v1/traces?a=b HTTP/1.1\r\na: ä\r\nHost: ${host}\r\nConnection: keep-alive\r\ncontent-length: 4\r\n\r\nbody`,
    )
  })

  it('reads a refusal in chunks that come byte by byte, after an interim answer, and keeps the connection', async () => {
    const answer =
      'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n' +
      '3\r\nno \r\n5;x=y\r\nspans\r\n0\r\nTrailer: x\r\n\r\n'
    const { url, connections } = await backend((socket) => {
      socket.setNoDelay(true)
      let at = 0
      const next = (): void => void (at < answer.length && socket.write(answer[at++]!, () => setImmediate(next)))
      next()
    })
    const refused = { retry: false, reason: 'HTTP 400 (no spans)', status: 400 }
    expect([await post(url), await post(url), connections()]).toEqual([refused, refused, 1])
  })

  it('reads a body that ends with the connection, and takes another one then', async () => {
    const { url, connections } = await backend((socket) =>
      socket.end('HTTP/1.1 403 Forbidden\r\ncontent-type: text/plain\r\n\r\nnot you'),
    )
    const refused = { retry: false, reason: 'HTTP 403 (not you)', status: 403 }
    expect([await post(url), await post(url), connections()]).toEqual([refused, refused, 2])
  })

  it.each([
    ['connection: close\r\n', 2],
    ['keep-alive: timeout=1\r\n', 2],
    ['keep-alive: timeout=60\r\n', 1],
  ])('takes by %j as many connections as the backend wants', async (field, expected) => {
    const { url, connections } = await backend((socket) =>
      socket.write(`HTTP/1.1 200 OK\r\n${field}content-length: 0\r\n\r\n`),
    )
    await post(url)
    await post(url)
    expect(connections()).toBe(expected)
  })

  it('tells a pause that is asked for', async () => {
    const { url } = await backend((socket) =>
      socket.write('HTTP/1.1 503 Busy\r\nRetry-After: 7\r\ncontent-length: 0\r\n\r\n'),
    )
    expect(await post(url)).toEqual({ retry: true, reason: 'HTTP 503', retryAfterMs: 7000 })
  })

  it('takes the status where the body does not come', async () => {
    const { url } = await backend((socket) => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n'))
    expect(await post(url, { timeoutMs: 50 })).toEqual({ retry: false })
  })

  it('tries again after what is no HTTP, no answer, and nobody there', async () => {
    const other = await backend((socket) => socket.write('SSH-2.0-OpenSSH\r\n\r\n'))
    expect(await post(other.url)).toMatchObject({ retry: true, stale: false })
    const silent = await backend(() => undefined)
    expect(await post(silent.url, { timeoutMs: 50 })).toEqual({ retry: true, reason: 'timed out', stale: false })
    const closing = await backend((socket) => socket.end())
    expect(await post(closing.url)).toEqual({ retry: true, reason: 'ECONNRESET', stale: false })
    expect(await post('http://127.0.0.1:1/')).toEqual({ retry: true, reason: 'ECONNREFUSED', stale: false })
  })

  it('sends no header that would end the head', async () => {
    const { url, requests } = await backend((socket) => socket.end())
    await expect(post(url, { headers: { a: 'b\r\nx: y' } })).rejects.toThrow(/Invalid character/)
    expect(requests).toEqual([])
  })
})

describe('goesOverSocket', () => {
  const plain: Destination = {
    url: 'http://localhost:4318/v1/traces',
    headers: { 'content-type': 'application/x-protobuf' },
    timeoutMs: 1,
    agent: new Agent({ keepAlive: true }),
    wantsText: false,
  }
  it.each<[string, Partial<Destination>, boolean]>([
    ['a plain address', {}, true],
    ['TLS', { url: 'https://localhost:4318/' }, false],
    ['credentials in the address', { url: 'http://a:b@localhost/' }, false],
    ['a header of the framing', { headers: { 'Transfer-Encoding': 'chunked' } }, false],
    ['an agent that keeps nothing', { agent: new Agent() }, false],
    ['an agent of another class', { agent: new (class extends Agent {})({ keepAlive: true }) }, false],
    ['an agent that binds to an address', { agent: new Agent({ keepAlive: true, localAddress: '127.0.0.1' }) }, false],
    ['no agent', { agent: undefined }, false],
  ])('of %s', (_what, more, expected) => {
    expect(goesOverSocket({ ...plain, ...more })).toBe(expected)
  })
})
