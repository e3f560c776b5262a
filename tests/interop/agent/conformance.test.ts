import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { SinkSpan } from '@clew/testkit/otlp-sink'
import { startPostgres } from '../servers/postgres.ts'
import { startRedis } from '../servers/redis.ts'
import type { TestServer } from '../servers/start-server.ts'
import { byText, KIND, library, runApp } from './run-app.ts'

let servers: TestServer[]
let peer: Server
let env: Record<string, string>

beforeAll(async () => {
  servers = await Promise.all([startPostgres(), startRedis()])
  peer = createServer((request, response) => {
    response.statusCode = request.url === '/status/404' ? 404 : 200
    request.resume().on('end', () => response.end('ok'))
  })
  await new Promise<void>((resolve) => peer.listen(0, '127.0.0.1', resolve))
  env = {
    TEST_POSTGRES: `postgres://clew@127.0.0.1:${servers[0]!.port}/postgres`,
    TEST_REDIS: `redis://127.0.0.1:${servers[1]!.port}`,
    TEST_PEER: `http://127.0.0.1:${(peer.address() as AddressInfo).port}`,
  }
})
afterAll(async () => {
  peer?.close()
  peer?.closeAllConnections()
  await Promise.all((servers ?? []).map((server) => server.close()))
})

/** What a span is about, whoever has made it. */
function subject({ kind, values }: SinkSpan, ownPort: unknown): string {
  const system = values['db.system.name']
  if (typeof system === 'string') return `${system} ${String(values['db.query.text']).split(/ (?:\?|\[)/)[0]}`
  if (kind === KIND.server) return `serve ${String(values['url.path'])}`
  return `call ${String(values['url.full']).replace(`:${String(ownPort)}/`, '/')}`
}

interface Seen {
  /** What it is below. */
  readonly below: string
  readonly span: SinkSpan
  readonly facts: Readonly<Record<string, unknown>>
}

/** Spans by subject; ports that differ from run to run are left out of their facts. */
function bySubject(spans: readonly SinkSpan[]): Map<string, Seen> {
  const ownPort = spans.find((span) => span.kind === KIND.server)?.values['server.port']
  const subjects = new Map(spans.map((span) => [span.spanId, subject(span, ownPort)]))
  return new Map(
    spans.map((span) => {
      const { kind, status, events = [], values } = span
      const varying = values['server.port'] === ownPort ? ['server.port', 'network.peer.port', 'url.full'] : []
      const attributes = Object.fromEntries(Object.entries(values).filter(([key]) => !varying.includes(key)))
      const said = events.map((event) => [
        event.name,
        event.attributes?.find(({ key }) => key === 'exception.message')?.value?.stringValue,
      ])
      const facts = { ...attributes, kind, failed: status?.code === 2, message: status?.message ?? '', events: said }
      const below = subjects.get(span.parentSpanId) ?? ''
      return [
        subject(span, ownPort),
        { below, span, facts: kind === KIND.server ? { ...facts, name: span.name } : facts },
      ]
    }),
  )
}

/** In what facts two differ; `+` where only ours has one, `-` where only upstream's has. */
function differences(upstream: Seen, ours: Seen): string[] {
  const names = new Set([...Object.keys(upstream.facts), ...Object.keys(ours.facts)])
  return [...names].toSorted(byText).flatMap((name) => {
    const [theirs, own] = [upstream.facts[name], ours.facts[name]]
    if (JSON.stringify(theirs) === JSON.stringify(own)) return []
    return [theirs === undefined ? `+ ${name}` : own === undefined ? `- ${name}` : `~ ${name}`]
  })
}

/** Where ours are meant to be different: the conventions ask for it, or say that it need not be there. */
const MEANT: Readonly<Record<string, readonly string[]>> = {
  serve: [],
  // The code of the system's error; a status from 400 on is an error for who has asked; parts of url.full once only.
  call: [
    '+ clew.connect.duration_ms',
    '+ error.type',
    '~ error.type',
    '- http.request.method_original',
    '- url.path',
    '- url.query',
    '- url.scheme',
  ],
  // Upstream has the server's message in the status, and not in the exception.
  postgresql: ['+ db.operation.name', '+ db.collection.name', '+ db.query.summary', '+ error.type', '~ events'],
  redis: ['+ db.namespace', '~ db.query.text'],
}

describe.each(['20.19', '26'])(`the same program under the SDK and under the agent, Node %s`, (node) => {
  let upstream: Map<string, Seen>
  let ours: Map<string, Seen>

  beforeAll(async () => {
    const sdk = fileURLToPath(new URL('../agent-apps/upstream-sdk.cjs', import.meta.url))
    const bare = { ...env, NODE_OPTIONS: `--require ${sdk}` }
    upstream = bySubject((await runApp('conformance.cjs', { node, env: bare })).spans)
    ours = bySubject((await runApp('conformance.cjs', { node, env })).spans)
  })

  const libraries = ['express', 'pg', 'redis'].map((name) => library(name)).join(', ')

  it(`has the same spans below the same spans (node:http, fetch, ${libraries})`, () => {
    // What the pool of connections does belongs to no request.
    const wanted = [...upstream].filter(([about]) => about !== 'redis undefined')
    expect(wanted.length).toBeGreaterThan(20)
    const shape = (all: Iterable<[string, Seen]>): string[] =>
      [...all].map(([about, { below }]) => `${below} > ${about}`).toSorted(byText)
    expect(shape(ours)).toEqual(shape(wanted))
  })

  it('and they say the same, but for what is meant to differ', () => {
    for (const [about, own] of ours) {
      const meant = MEANT[about.split(' ')[0]!]!
      const found = differences(upstream.get(about)!, own)
      expect([about, found.filter((difference) => !meant.includes(difference))]).toEqual([about, []])
    }
    const all = [...ours].flatMap(([about, own]) => differences(upstream.get(about)!, own))
    // None of what is allowed above is out of date.
    expect(new Set(all)).toEqual(new Set(Object.values(MEANT).flat()))
  })
})
