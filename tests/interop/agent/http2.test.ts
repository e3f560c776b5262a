import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { SinkSpan } from '@clew/testkit/otlp-sink'
import { makeCertificate, type TestCertificate } from './certificate.ts'
import { inServerSpan, KIND, library, runApp, type AppRun } from './run-app.ts'

const NODES = ['20.19', '22', '24', '26']

let certificate: TestCertificate

beforeAll(() => {
  certificate = makeCertificate()
})
afterAll(() => certificate.remove())

const run = (kind: string, node?: string): Promise<AppRun> =>
  runApp('http2.mjs', {
    args: [kind],
    env: certificate.env,
    ...(node === undefined ? {} : { node }),
  })

/** Whether it is a request of this path to the server under test, or to what it asks. */
function isAbout({ values }: SinkSpan, path: string): boolean {
  return new RegExp(`^(https?://localhost:\\d+)?${path}$`).test(String(values['url.full'] ?? values['url.path']))
}

/** Checks what both sides of every server have in common; gives the servers' spans by HTTP/2. */
function expectBothSides({ spans, metrics }: AppRun): AppRun['spans'] {
  const byHttp2 = spans.filter(
    (span) => span.values['network.protocol.version'] === '2' && !isAbout(span, '/by-undici'),
  )
  const clients = byHttp2.filter((span) => span.kind === KIND.client)
  const servers = byHttp2.filter((span) => span.kind === KIND.server)
  expect(clients.map(({ name, status, values }) => [name, status?.code ?? 0, values])).toEqual([
    [
      'POST',
      0,
      expect.objectContaining({
        'http.request.method': 'POST',
        'url.full': expect.stringMatching(/^https?:\/\/localhost:\d+\/users\/7\?x=1$/),
        'server.address': 'localhost',
        'network.peer.address': '127.0.0.1',
        'http.response.status_code': 200,
        'user_agent.original': 'tester/2',
        // The first request has waited for the connection.
        'clew.dns.duration_ms': expect.any(Number),
        'clew.connect.duration_ms': expect.any(Number),
      }),
    ],
    ['GET', 2, expect.objectContaining({ 'http.response.status_code': 500, 'error.type': '500' })],
  ])
  expect(clients[1]?.values).not.toHaveProperty('clew.connect.duration_ms')
  const inWork = inServerSpan(spans)
  for (const client of clients) expect(inWork).toContain(client)
  expect(servers.map((span) => span.parentSpanId)).toEqual(clients.map((span) => span.spanId))
  expect(servers[0]?.values).toMatchObject({
    'http.request.method': 'POST',
    'url.path': '/users/7',
    'url.query': 'x=1',
    'server.address': 'localhost',
    'client.address': '127.0.0.1',
    'user_agent.original': 'tester/2',
    'http.response.status_code': 200,
  })
  expect(servers[1]?.status?.code).toBe(2)
  // The context of the request in its streams, on the side of the client and of the server.
  const answered = spans.filter((span) => String(span.values['url.full']).endsWith('/answered'))
  expect(answered.map((span) => span.parentSpanId)).toEqual([clients[0]?.parentSpanId, clients[0]?.parentSpanId])
  const inside = spans.filter((span) => String(span.values['url.full']).includes('/inside/users/7'))
  for (const span of inside) expect(span.parentSpanId).toBe(servers[0]?.spanId)
  for (const name of ['http.server.request.duration', 'http.client.request.duration']) expect(metrics).toContain(name)
  return servers
}

describe.each(NODES)('node:http2 of Node %s', (node) => {
  it.each(['stream', 'session', 'request'])('server that listens for: %s', async (kind) => {
    const servers = expectBothSides(await run(kind, node))
    expect(servers.map((span) => span.name)).toEqual(['POST', 'GET'])
  })

  it('secure server, with HTTP/1 beside it, and undici as its client', async () => {
    const all = await run('secure', node)
    const servers = expectBothSides(all)
    expect(servers.map((span) => span.values['url.scheme'])).toEqual(['https', 'https'])
    const [client] = all.spans.filter(({ kind, values }) => kind === KIND.client && values['clew.tls.duration_ms'])
    expect(client?.values['network.protocol.version']).toBe('2')
    for (const [path, version] of [
      ['/by-http1', '1.1'],
      ['/by-undici', '2'],
    ] as const) {
      const both = all.spans.filter((span) => isAbout(span, path)).toSorted((a, b) => (a.kind ?? 0) - (b.kind ?? 0))
      expect(both.map(({ kind, values }) => [kind, values['network.protocol.version']])).toEqual([
        [KIND.server, version],
        [KIND.client, version],
      ])
      expect(both[0]?.parentSpanId).toBe(both[1]?.spanId)
    }
  })
})

describe('the route of a framework by HTTP/2', () => {
  it.each([
    [library('fastify'), 'fastify'],
    [library('koa'), 'koa'],
    [library('hono'), 'hono'],
  ])('%s', async (_library, kind) => {
    const servers = expectBothSides(await run(kind))
    expect(servers.map(({ name, values }) => [name, values['http.route']])).toEqual([
      ['POST /users/:id', '/users/:id'],
      ['GET /broken', '/broken'],
    ])
  })
})
