import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestServer, type TestServer } from '../testdata/test-server.ts'

let server: TestServer

beforeAll(async () => {
  server = await startTestServer({ allowedHosts: ['clew.example'] })
})
afterAll(async () => await server.close())

const post = (headers: Record<string, string>, body = new Uint8Array([1, 2])): Promise<Response> =>
  server.server.fetch(new Request('http://localhost/v1/opamp', { method: 'POST', headers, body }))

describe('OpAMP over HTTP', () => {
  test('is protobuf in and out', async () => {
    const answer = await post({ 'content-type': 'application/x-protobuf', prefer: 'wait=20' })
    expect(answer.status).toBe(200)
    expect(answer.headers.get('content-type')).toBe('application/x-protobuf')
    expect(answer.headers.get('preference-applied')).toBe('wait=20')
    expect(new Uint8Array(await answer.arrayBuffer())).toEqual(new Uint8Array([1, 2]))
  })

  test.each([
    ['JSON', { 'content-type': 'application/json' }, 400],
    ['a form of another site', { 'content-type': 'application/x-protobuf', origin: 'http://evil.example' }, 403],
    ['a name that is not ours', { 'content-type': 'application/x-protobuf', host: 'evil.example' }, 421],
  ])('%s is refused', async (_name, headers, status) => {
    expect((await post(headers)).status).toBe(status)
  })

  test('a message of 512 KiB is taken, a byte more is not', async () => {
    const headers = { 'content-type': 'application/x-protobuf' }
    expect((await post(headers, new Uint8Array(512 * 1024))).status).toBe(200)
    expect((await post(headers, new Uint8Array(512 * 1024 + 1))).status).toBe(400)
  })
})

test('Jaeger remote sampling wants a service', async () => {
  expect((await server.get('/sampling?service=abc')).body).toMatchObject({ strategyType: 'PROBABILISTIC' })
  expect((await server.get('/sampling')).body).toMatchObject({ error: { code: 'BAD_INPUT' } })
})

describe('a WebSocket', () => {
  let port: number
  beforeAll(async () => {
    port = await server.server.listen(0, '127.0.0.1')
  })

  test.each([
    ['/v1/opamp', { host: 'localhost' }, ''],
    ['/v1/opamp', { host: 'clew.example' }, ''],
    ['/v1/opamp', { host: 'localhost', origin: 'http://localhost' }, ''],
    ['/v1/opamp', { host: 'localhost', origin: 'http://evil.example' }, 'HTTP/1.1 403 Forbidden'],
    ['/v1/opamp', { host: 'evil.example' }, 'HTTP/1.1 403 Forbidden'],
    ['/api/status', { host: 'localhost' }, 'HTTP/1.1 404 Not Found'],
    ['//', { host: 'localhost' }, 'HTTP/1.1 404 Not Found'],
  ])('%s from %j: %j', async (path, headers, answer) => {
    const lines = Object.entries({ ...headers, connection: 'Upgrade', upgrade: 'websocket' })
      .map(([name, value]) => `${name}: ${value}\r\n`)
      .join('')
    const text = await new Promise<string>((resolve, reject) => {
      let received = ''
      const socket = connect(port, '127.0.0.1', () => socket.write(`GET ${path} HTTP/1.1\r\n${lines}\r\n`))
      socket.on('data', (data) => (received += String(data)))
      socket.on('error', reject)
      socket.on('close', () => resolve(received))
    })
    // The test server hangs up on what it lets through.
    expect(text.split('\r\n')[0]).toBe(answer)
  })
})
