import { connect } from 'node:net'
import { ClewError } from '@clew/base/errors'
import { grants, type Scope } from '@clew/base/scope'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { AuthPort } from '../ports.ts'
import { createQueryServer, type QueryServer } from '../server.ts'
import { startTestServer, testControl, type TestServer } from '../testdata/test-server.ts'

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

describe('where tokens are set', () => {
  const SCOPES_OF: Readonly<Record<string, readonly Scope[]>> = {
    'Bearer in': ['ingest'],
    'Bearer look': ['read'],
    'Bearer all': ['admin'],
  }
  const auth: AuthPort = {
    required: () => true,
    identify: (header = '') =>
      SCOPES_OF[header] === undefined ? undefined : { id: header, name: header, scopes: SCOPES_OF[header] },
    callerOf: () => undefined,
    refusal: (scopes, needed) =>
      scopes !== undefined && grants(scopes, needed)
        ? undefined
        : new ClewError(scopes === undefined ? 'UNAUTHENTICATED' : 'FORBIDDEN', 'no'),
    sessionLifetimeMs: 1000,
  }
  let guarded: QueryServer
  let port: number
  beforeAll(async () => {
    const { store } = server
    guarded = createQueryServer({
      store,
      auth,
      status: {} as never,
      pipeline: {} as never,
      control: testControl(),
      version: '0',
    })
    port = await guarded.listen(0, '127.0.0.1')
  })
  afterAll(async () => await guarded.close(0))

  test.each([
    ['Bearer in', 200, true, 403],
    ['Bearer all', 200, true, 200],
    ['Bearer look', 403, false, 403],
    ['Bearer wrong', 401, false, 401],
  ])(
    '%s: agents speak with what may send telemetry, only admin sets something',
    async (authorization, status, opens, sets) => {
      const ask = async (path: string, method = 'GET', type = ''): Promise<number> => {
        const body = type === '' ? {} : { body: new Uint8Array([1]) }
        const headers = { authorization, ...(type === '' ? {} : { 'content-type': type }) }
        return (await fetch(`http://127.0.0.1:${port}${path}`, { method, headers, ...body })).status
      }
      expect(await ask('/v1/opamp', 'POST', 'application/x-protobuf')).toBe(status)
      expect(await ask('/sampling?service=a')).toBe(status)
      expect(await ask('/api/agents/settings?settings=%7B%22profile%22%3Atrue%7D', 'POST')).toBe(sets)
      const answer = await new Promise<string>((resolve, reject) => {
        let text = ''
        const socket = connect(port, '127.0.0.1', () =>
          socket.write(
            `GET /v1/opamp HTTP/1.1\r\nhost: localhost\r\nauthorization: ${authorization}\r\nconnection: Upgrade\r\nupgrade: websocket\r\n\r\n`,
          ),
        )
        socket.on('data', (data) => (text += String(data)))
        socket.on('error', reject)
        socket.on('close', () => resolve(text))
      })
      expect(answer.split('\r\n')[0]).toBe(opens ? '' : 'HTTP/1.1 401 Unauthorized')
    },
  )
})
