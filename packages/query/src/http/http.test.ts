import { mkdtemp, mkdir, rm, symlink, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { endpoints } from '@clew/contract/endpoints'
import { sendTestTrace } from '@clew/contract/status'
import { generateTelemetry } from '@clew/testkit/telemetry-generator'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createQueryServer } from '../server.ts'
import { startTestServer, type ParsedJson, type TestServer } from '../testdata/test-server.ts'

let server: TestServer
let webDir: string
let secretDir: string

beforeAll(async () => {
  webDir = await mkdtemp(join(tmpdir(), 'clew-web-'))
  secretDir = await mkdtemp(join(tmpdir(), 'clew-secret-'))
  await writeFile(join(webDir, 'index.html'), '<!doctype html><title>Clew</title>')
  await mkdir(join(webDir, 'assets'))
  await writeFile(join(webDir, 'assets', 'app-abc123.js'), 'export const x = 1\n'.repeat(200))
  await writeFile(join(secretDir, 'secret.txt'), 'secret')
  await symlink(join(secretDir, 'secret.txt'), join(webDir, 'link.txt'))
  server = await startTestServer({ webDir, allowedHosts: ['clew.example'] })
})
afterAll(async () => {
  await server.close()
  await rm(webDir, { recursive: true, force: true })
  await rm(secretDir, { recursive: true, force: true })
})

const HTML = { headers: { accept: 'text/html' } }

describe('the files of the UI', () => {
  test('the page, its routes, and what is kept for good', async () => {
    const page = await server.get('/', HTML)
    expect(page.body).toContain('<title>Clew')
    expect(page.headers.get('cache-control')).toBe('no-cache')
    expect((await server.get('/traces/abc?x=1', HTML)).body).toBe(page.body)
    const script = await server.get('/assets/app-abc123.js')
    expect(script.headers.get('content-type')).toContain('text/javascript')
    expect(script.headers.get('cache-control')).toContain('immutable')
  })

  test('a file that has not changed is not sent again', async () => {
    const etag = (await server.get('/', HTML)).headers.get('etag') ?? ''
    const again = await server.get('/', { headers: { ...HTML.headers, 'if-none-match': etag } })
    expect([again.status, again.body]).toEqual([304, ''])
  })

  test.each([
    '/../package.json',
    '/..%2f..%2fetc/passwd',
    '/%2e%2e/%2e%2e/etc/passwd',
    '/link.txt',
    '/assets',
    '/%00',
    '/%',
    '/missing.js',
  ])('nothing outside: %s', async (path) => {
    const { status, body } = await server.get(path)
    expect(status).toBe(404)
    expect(body).toMatchObject({ error: { code: 'NOT_FOUND' } })
  })

  test('every answer carries the security headers', async () => {
    for (const path of ['/', '/api/status', '/api/nothing', '/healthz']) {
      const { headers } = await server.get(path, HTML)
      expect(headers.get('content-security-policy')).toMatch(/default-src 'none'.*script-src 'self'/)
      expect(headers.get('content-security-policy')).not.toMatch(/unsafe/)
      expect(headers.get('x-content-type-options')).toBe('nosniff')
      expect(headers.get('x-frame-options')).toBe('DENY')
    }
  })
})

describe('who may ask', () => {
  const from = async (host: string): Promise<number> =>
    (await server.server.fetch(new Request('http://localhost/api/status', { headers: { host } }))).status
  test('names that are not ours are refused, so that no site can read through a name of its own', async () => {
    expect(await from('evil.example')).toBe(421)
    expect(await from('127.0.0.1.evil.example:4320')).toBe(421)
    for (const host of ['localhost:4320', '127.0.0.1:4320', '[::1]:4320', 'clew.example', '192.168.1.5']) {
      expect(await from(host)).toBe(200)
    }
  })

  test('what changes something takes no orders from other sites', async () => {
    const post = async (origin?: string) =>
      await server.get(sendTestTrace.path, {
        method: 'POST',
        headers: { host: 'localhost', ...(origin === undefined ? {} : { origin }) },
      })
    expect((await post('http://evil.example')).body).toMatchObject({ error: { code: 'FORBIDDEN_ORIGIN' } })
    expect((await post('null')).status).toBe(403)
    expect((await post('http://localhost')).status).toBe(200)
    expect((await post()).status).toBe(200)
  })
})

describe('errors', () => {
  test.each([
    ['/api/nothing', 404, 'NOT_FOUND'],
    ['/api/traces?limit=0', 400, 'BAD_INPUT'],
    ['/api/traces?limit=99999999', 400, 'BAD_INPUT'],
    ['/api/traces?limit=1&limit=2', 400, 'BAD_INPUT'],
    ['/api/traces?start=yesterday', 400, 'BAD_TIME'],
    ['/api/traces?start=now&end=now-1h', 400, 'BAD_RANGE'],
    ['/api/traces?q=status%3Deror', 400, 'BAD_QUERY'],
    ['/api/traces/xyz', 400, 'BAD_INPUT'],
    ['/api/traces/abc', 404, 'TRACE_NOT_FOUND'],
    ['/api/traces/abc/spans/1', 404, 'SPAN_NOT_FOUND'],
    ['/api/logs?q=trace%3Dzz', 400, 'BAD_QUERY'],
    ['/api/logs/tail?q=body%3D~x', 400, 'BAD_QUERY'],
  ])('%s is %d %s', async (path, status, code) => {
    expect(await server.get(path)).toMatchObject({ status, body: { error: { code, message: expect.any(String) } } })
  })

  test('a fault in the query has its place; the wrong method is said', async () => {
    const { body } = await server.get('/api/traces?q=' + encodeURIComponent('a=1 AND status=eror'))
    expect(body.error).toMatchObject({ position: { start: 15, end: 19 }, fix: "did you mean 'error'?" })
    expect((await server.get('/api/traces', { method: 'DELETE' })).status).toBe(405)
  })

  test('an error nobody foresaw keeps its details to the log', async () => {
    const { keys, parts, partsColumns } = server.store
    const broken = createQueryServer({
      store: { query: async () => await Promise.reject(new Error('secret path /x')), keys, parts, partsColumns },
      status: {} as never,
      pipeline: {} as never,
      control: {} as never,
      version: '0',
    })
    const response = await broken.fetch(new Request('http://localhost/api/services'))
    expect(response.status).toBe(500)
    expect(await response.text()).not.toContain('secret')
  })

  test('a question nobody waits for any more is not asked', async () => {
    const { status, body } = await server.get('/api/traces', { signal: AbortSignal.abort() })
    expect([status, body.error.code]).toEqual([499, 'QUERY_CANCELLED'])
  })

  test('a budget that is used up is an error with a way out, not a wrong answer', async () => {
    const small = createQueryServer({
      store: server.store,
      status: {} as never,
      pipeline: {} as never,
      control: {} as never,
      version: '0',
      limits: { maxBytesToRead: 1 },
    })
    const data = generateTelemetry({ seed: 5, traces: 20, endNanos: BigInt(Date.now()) * 1_000_000n })
    await server.send(...data.traceBatches)
    const response = await small.fetch(new Request('http://localhost/api/traces?sort=longest'))
    expect(await response.json()).toMatchObject({ error: { code: 'QUERY_TOO_BIG', fix: expect.any(String) } })
    expect(response.status).toBe(422)
  })
})

describe('OpenAPI', () => {
  test('describes every endpoint, and every reference in it leads somewhere', async () => {
    const { body } = await server.get('/api/openapi.json')
    expect(body.openapi).toBe('3.1.0')
    for (const endpoint of endpoints) {
      const operation = body.paths[endpoint.path.replaceAll(/:(\w+)/g, '{$1}')]?.[endpoint.method.toLowerCase()]
      expect(operation?.operationId).toBe(endpoint.id)
      for (const [, name] of endpoint.path.matchAll(/:(\w+)/g)) {
        expect(operation.parameters).toContainEqual(expect.objectContaining({ name, in: 'path', required: true }))
      }
    }
    const references: string[] = []
    JSON.stringify(body, (key, value: unknown) => {
      if (key === '$ref') references.push(value as string)
      return value
    })
    expect(references.length).toBeGreaterThan(0)
    for (const reference of references) {
      const found = reference
        .slice(2)
        .split('/')
        .reduce<ParsedJson>((node, part) => node?.[part.replaceAll('~1', '/').replaceAll('~0', '~')], body)
      expect(found, reference).toBeDefined()
    }
  })
})

test('health, readiness and metrics', async () => {
  expect((await server.get('/healthz')).status).toBe(200)
  expect((await server.get('/readyz')).status).toBe(200)
  expect((await server.get('/metrics')).headers.get('content-type')).toContain('version=0.0.4')
})

test('large answers are compressed when asked for', async () => {
  const response = await server.server.fetch(
    new Request('http://localhost/api/openapi.json', { headers: { 'accept-encoding': 'gzip' } }),
  )
  expect(response.headers.get('content-encoding')).toBe('gzip')
})

describe('on a socket', () => {
  test('answers, says when the port is taken, lives through garbage, and closes', async () => {
    const first = createQueryServer({
      store: server.store,
      status: {} as never,
      pipeline: {} as never,
      control: {} as never,
      version: '0',
    })
    const second = createQueryServer({
      store: server.store,
      status: {} as never,
      pipeline: {} as never,
      control: {} as never,
      version: '0',
    })
    const port = await first.listen(0, '127.0.0.1')
    await expect(second.listen(port, '127.0.0.1')).rejects.toMatchObject({ code: 'PORT_IN_USE' })
    await second.close()
    await new Promise<void>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => socket.write('\u0000\u0001 garbage\r\n\r\n'))
      socket.resume()
      socket.on('error', () => undefined)
      socket.on('close', () => resolve())
    })
    expect(await (await fetch(`http://127.0.0.1:${port}/healthz`)).text()).toBe('ok\n')
    await first.close()
    await expect(fetch(`http://127.0.0.1:${port}/healthz`)).rejects.toThrow('fetch failed')
  })
})
