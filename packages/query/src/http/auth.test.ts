import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock, type Clock } from '@clew/base/clock'
import { ClewError } from '@clew/base/errors'
import { grants } from '@clew/base/scope'
import { endpointUrl } from '@clew/contract/client'
import { neededScope } from '@clew/contract/endpoint'
import { endpoints } from '@clew/contract/endpoints'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { AuthPort, Caller } from '../ports.ts'
import { createQueryServer } from '../server.ts'
import { startTestServer, testControl, testPipeline, TestTaps, type TestServer } from '../testdata/test-server.ts'
import { createApp } from './app.ts'
import { SessionTokens } from './session-tokens.ts'

const CALLERS: Readonly<Record<string, Caller>> = {
  'token-of-the-sender': { id: 'i1', name: 'sender', scopes: ['ingest'] },
  'token-of-the-reader': { id: 'i2', name: 'reader', scopes: ['read'] },
  'token-of-the-admin': { id: 'i3', name: 'admin', scopes: ['admin'] },
}
const revoked = new Set<string>()
/** What the program around gives. */
const auth: AuthPort = {
  required: () => true,
  identify: (authorization) => {
    const caller = CALLERS[(authorization ?? '').replace(/^Bearer /, '')]
    return caller === undefined || revoked.has(caller.id) ? undefined : caller
  },
  callerOf: (id) => (revoked.has(id) ? undefined : Object.values(CALLERS).find((caller) => caller.id === id)),
  refusal: (scopes, needed) =>
    scopes !== undefined && grants(scopes, needed)
      ? undefined
      : new ClewError(scopes === undefined ? 'UNAUTHENTICATED' : 'FORBIDDEN', 'not you'),
  sessionLifetimeMs: 60_000,
}

let nowMs = Date.now()
const clock: Clock = { ...systemClock, unixMillis: () => nowMs, unixNanos: () => BigInt(nowMs) * 1_000_000n }

let server: TestServer
let webDir: string
beforeAll(async () => {
  webDir = await mkdtemp(join(tmpdir(), 'clew-web-'))
  await writeFile(join(webDir, 'index.html'), '<!doctype html><title>Clew</title>')
  await writeFile(join(webDir, 'theme.js'), 'let x')
  server = await startTestServer({ webDir, auth, clock })
})
afterAll(async () => {
  await server.close()
  await rm(webDir, { recursive: true, force: true })
})

const bearer = (name: string): RequestInit => ({ headers: { authorization: `Bearer token-of-the-${name}` } })

describe('with tokens set', () => {
  test('every route that exists is closed to strangers, but for health, sign-in and the files of the UI', async () => {
    const app = createApp({
      store: server.store,
      status: {} as never,
      pipeline: {} as never,
      control: {} as never,
      version: '0',
      clock,
      logger: { debug() {}, info() {}, warn() {}, error() {}, with: () => expect.unreachable() },
      webDir,
      auth,
    })
    const routes = new Set(
      app.routes.filter(({ path }) => path !== '/*').map(({ method, path }) => `${method} ${path}`),
    )
    const open: string[] = []
    for (const route of routes) {
      const [method = '', path = ''] = route.split(' ')
      const request = new Request(`http://localhost${path.replaceAll(/:(\w+)/g, 'x').replace('*', 'x')}`, {
        method: method === 'ALL' ? 'DELETE' : method,
        headers: { accept: 'text/html,*/*' },
      })
      const { status } = await app.fetch(request)
      if (status !== 401) open.push(`${route} ${status}`)
    }
    expect(routes.size).toBeGreaterThan(endpoints.length)
    expect(open.toSorted()).toEqual(
      [
        'GET /api/session 200',
        'GET /healthz 200',
        'GET /readyz 500', // asks a part that is not there in this test
        'POST /api/session 400',
        'POST /api/session/end 200',
      ].toSorted(),
    )
  })

  test('a stranger gets the page that asks for a token, and its files, and nothing that is not a file', async () => {
    const page = { headers: { accept: 'text/html' } }
    expect((await server.get('/', page)).status).toBe(200)
    expect((await server.get('/traces/abc', page)).body).toContain('<title>Clew')
    expect((await server.get('/theme.js')).status).toBe(200)
    expect((await server.get('/nothing.js')).status).toBe(401)
    for (const path of [
      '/api/status',
      '/api',
      '/jaeger/api/services',
      '/metrics',
      '/prometheus/api/v1/query',
      '/tempo/api/x',
    ])
      expect((await server.get(path, page)).status, path).toBe(401)
    const refused = await server.get('/api/status')
    expect(refused.headers.get('www-authenticate')).toBe('Bearer realm="clew"')
    expect(refused.headers.get('content-security-policy')).toContain("default-src 'none'")
  })

  test.each(endpoints.map((endpoint) => [endpoint.id, endpoint] as const))(
    '%s asks for its scope',
    async (_id, endpoint) => {
      const needed = neededScope(endpoint)
      const input = Object.fromEntries([...endpoint.path.matchAll(/:(\w+)/g)].map(([, name]) => [name ?? '', '1']))
      for (const name of ['sender', 'reader', 'admin']) {
        const abort = new AbortController()
        const response = await server.server.fetch(
          new Request(`http://localhost${endpointUrl(endpoint, input)}`, {
            method: endpoint.method,
            ...bearer(name),
            signal: abort.signal,
          }),
        )
        abort.abort()
        await response.body?.cancel().catch(() => undefined)
        const may = needed === 'nobody' || grants(CALLERS[`token-of-the-${name}`]?.scopes ?? [], needed)
        expect(response.status === 403, `${name}: ${response.status}`).toBe(!may)
        expect(response.status).not.toBe(401)
      }
    },
  )

  test('what changes something needs admin unless it says otherwise', () => {
    expect(neededScope({ method: 'POST' })).toBe('admin')
    expect(neededScope({ method: 'GET' })).toBe('read')
    expect(neededScope({ method: 'POST', scope: 'ingest' })).toBe('ingest')
  })
})

describe('a browser session', () => {
  const signIn = (body: string, headers: Record<string, string> = {}) =>
    server.get('/api/session', {
      method: 'POST',
      headers: { 'content-type': 'application/json', host: 'localhost:4320', ...headers },
      body,
    })
  const token = (name: string): string => JSON.stringify({ token: `token-of-the-${name}` })
  const cookieOf = (answer: { headers: Headers }): string =>
    (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? ''
  const withCookie = (cookie: string, path = '/api/status') =>
    server.get(path, { headers: { cookie, host: 'localhost:4320' } })

  test('begins with a token; its cookie is HttpOnly, SameSite=Strict and without the token', async () => {
    const answer = await signIn(token('reader'))
    expect(answer.body).toEqual({
      required: true,
      caller: { name: 'reader', scopes: ['read'] },
      expiresAtMs: nowMs + 60_000,
    })
    const attributes = (answer.headers.get('set-cookie') ?? '').split('; ').slice(1)
    expect(attributes.toSorted()).toEqual(['HttpOnly', 'Max-Age=60', 'Path=/', 'SameSite=Strict'])
    expect(cookieOf(answer)).toMatch(/^clew_session_4320=/)
    expect(decodeURIComponent(answer.headers.get('set-cookie') ?? '')).not.toContain('token-of')
    expect((await withCookie(cookieOf(answer))).status).toBe(200)
    expect((await withCookie(cookieOf(answer), '/api/session')).body.caller).toEqual({
      name: 'reader',
      scopes: ['read'],
    })
  })

  test('is Secure behind a proxy that speaks TLS, and with TLS of our own bound to this host alone', async () => {
    const proxied = await signIn(token('reader'), { 'x-forwarded-proto': 'https' })
    expect(proxied.headers.get('set-cookie')).toContain('; Secure')
    const app = createApp({
      store: server.store,
      status: {} as never,
      pipeline: {} as never,
      control: {} as never,
      version: '0',
      clock,
      logger: { debug() {}, info() {}, warn() {}, error() {}, with: () => expect.unreachable() },
      auth,
      secure: true,
    })
    const answer = await app.fetch(
      new Request('http://localhost/api/session', {
        method: 'POST',
        headers: { 'content-type': 'application/json', host: 'clew.example:443', 'x-forwarded-proto': 'http' },
        body: token('reader'),
      }),
    )
    expect(answer.status).toBe(421) // a name that was not allowed gets no session either
    const local = await app.fetch(
      new Request('http://localhost/api/session', {
        method: 'POST',
        headers: { 'content-type': 'application/json', host: '10.0.0.1' },
        body: token('reader'),
      }),
    )
    expect(local.headers.get('set-cookie')).toMatch(
      /^__Host-clew_session_default=.*; Path=\/; HttpOnly; Secure; SameSite=Strict$/,
    )
    expect(local.headers.get('strict-transport-security')).toBe('max-age=31536000')
  })

  test('has the scopes of its token', async () => {
    const cookie = cookieOf(await signIn(token('sender')))
    expect((await withCookie(cookie)).status).toBe(403)
  })

  test('ends with its time', async () => {
    const cookie = cookieOf(await signIn(token('reader')))
    nowMs += 59_999
    expect((await withCookie(cookie)).status).toBe(200)
    nowMs += 1
    expect((await withCookie(cookie)).status).toBe(401)
  })

  test('ends with the token it began with', async () => {
    const cookie = cookieOf(await signIn(token('reader')))
    revoked.add('i2')
    expect((await withCookie(cookie)).status).toBe(401)
    expect((await withCookie(cookie, '/api/session')).body.caller).toBeNull()
    revoked.clear()
  })

  test('ends when it is ended, also for copies of the cookie', async () => {
    const cookie = cookieOf(await signIn(token('reader')))
    const other = cookieOf(await signIn(token('reader')))
    const end = await server.get('/api/session/end', { method: 'POST', headers: { cookie, host: 'localhost:4320' } })
    expect(end.headers.get('set-cookie')).toMatch(/^clew_session_4320=; Max-Age=0; Path=\//)
    expect((await withCookie(cookie)).status).toBe(401)
    expect((await withCookie(other)).status).toBe(200)
  })

  test('a cookie that was changed or made elsewhere is nobody', async () => {
    const [name, value = ''] = cookieOf(await signIn(token('reader'))).split('=')
    const [claims = '', signature = ''] = value.split('.')
    const admin = Buffer.from(JSON.stringify(['i3', nowMs + 1e9, 'n'])).toString('base64url')
    const elsewhere = new SessionTokens(new Uint8Array(32)).issue('i3', nowMs + 1e9)
    for (const bad of [
      `${admin}.${signature}`,
      `${claims}.`,
      claims,
      '',
      '.',
      elsewhere,
      'x'.repeat(5000),
      `${claims}.${'A'.repeat(43)}`,
    ])
      expect((await withCookie(`${name}=${bad}`)).status, bad.slice(0, 40)).toBe(401)
    expect((await withCookie(`clew_session_9999=${value}`)).status).toBe(401)
  })

  test('a token that is sent and wrong is not saved by a cookie', async () => {
    const cookie = cookieOf(await signIn(token('reader')))
    const answer = await server.get('/api/status', {
      headers: { cookie, host: 'localhost:4320', authorization: 'Bearer x' },
    })
    expect(answer.status).toBe(401)
  })

  test('nodes that share a key share their sessions', () => {
    const key = new TextEncoder().encode('a key of at least 32 characters!')
    const value = new SessionTokens(key).issue('i2', nowMs + 1000)
    expect(new SessionTokens(key).check(value, nowMs)).toMatchObject({ callerId: 'i2' })
    expect(new SessionTokens(new Uint8Array(32)).check(value, nowMs)).toBeUndefined()
  })

  test.each([
    [JSON.stringify({ token: 'unknown-token-of-some-length' }), {}, 401, 'WRONG_TOKEN'],
    ['{}', {}, 400, 'BAD_INPUT'],
    ['{', {}, 400, 'BAD_INPUT'],
    ['null', {}, 400, 'BAD_INPUT'],
    [JSON.stringify({ token: 'x'.repeat(10_000) }), {}, 400, 'BAD_INPUT'],
    ['token=token-of-the-reader', { 'content-type': 'application/x-www-form-urlencoded' }, 400, 'BAD_INPUT'],
    ['{"token":"token-of-the-reader"}', { 'content-type': 'text/plain' }, 400, 'BAD_INPUT'],
    ['{"token":"token-of-the-reader"}', { origin: 'http://evil.example' }, 403, 'FORBIDDEN_ORIGIN'],
    ['{"token":"token-of-the-reader"}', { origin: 'http://localhost:9999' }, 403, 'FORBIDDEN_ORIGIN'],
  ])('%s %j is refused', async (body, headers, status, code) => {
    const answer = await signIn(body, headers as Record<string, string>)
    expect([answer.status, answer.body.error?.code]).toEqual([status, code])
    expect(answer.headers.get('set-cookie')).toBeNull()
    expect(JSON.stringify(answer.body)).not.toContain('token-of')
  })
})

test('a stream ends when its token is revoked', async () => {
  let beat: (() => void) | undefined
  const manual: Clock = {
    ...clock,
    after: (_ms, action) => {
      beat = action
      return () => undefined
    },
  }
  const other = createQueryServer({
    store: server.store,
    status: {} as never,
    pipeline: testPipeline(new TestTaps()),
    control: testControl(),
    version: '0',
    auth,
    clock: manual,
  })
  const response = await other.fetch(new Request('http://localhost/api/logs/tail', bearer('reader')))
  const reader = response.body?.getReader()
  expect(new TextDecoder().decode((await reader?.read())?.value)).toContain(': open')
  while (beat === undefined) await new Promise((resolve) => setTimeout(resolve, 5))
  const first = beat
  first()
  expect(new TextDecoder().decode((await reader?.read())?.value)).toContain('still here')
  while (beat === first) await new Promise((resolve) => setTimeout(resolve, 5))
  revoked.add('i2')
  beat()
  expect((await reader?.read())?.done).toBe(true)
  revoked.clear()
})
