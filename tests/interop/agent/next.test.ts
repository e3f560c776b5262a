import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { cpSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { REGISTER_URL } from '@clew/agent/launch'
import { OtlpSink, type SinkSpan } from '@clew/testkit/otlp-sink'
import { byText, cachedNode, KIND } from './run-app.ts'

const source = fileURLToPath(new URL('../agent-apps/next', import.meta.url))
const bundlers = fileURLToPath(new URL('../../../.cache/interop-bundlers', import.meta.url))
const app = `${bundlers}/next-app`
const bin = `${bundlers}/node_modules/next/dist/bin/next`
const { version } = JSON.parse(readFileSync(`${bundlers}/node_modules/next/package.json`, 'utf8')) as {
  version: string
}

let peer: Server

function environment(more: Record<string, string>): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !/^(OTEL_|CLEW_|NODE_OPTIONS|NODE_ENV|VITEST)/.test(name))
  return { ...Object.fromEntries(kept), NEXT_TELEMETRY_DISABLED: '1', CI: '1', ...more }
}

beforeAll(async () => {
  rmSync(app, { recursive: true, force: true })
  cpSync(source, app, { recursive: true })
  const options = { cwd: app, env: environment({}), encoding: 'utf8' } as const
  const built = spawnSync(process.execPath, [bin, 'build', '--turbopack'], options)
  expect(built.status, built.stdout + built.stderr).toBe(0)
  peer = createServer((_request, response) => response.end('ok'))
  await new Promise<void>((resolve) => peer.listen(0, '127.0.0.1', resolve))
}, 180_000)

afterAll(() => {
  peer?.close()
  peer?.closeAllConnections()
  rmSync(app, { recursive: true, force: true })
})

/** `next start` under the agent. */
class NextServer {
  readonly #sink: OtlpSink
  readonly #child: ChildProcess
  readonly url: string

  private constructor(sink: OtlpSink, child: ChildProcess, url: string) {
    this.#sink = sink
    this.#child = child
    this.url = url
  }

  static async start(node: string, env: Record<string, string> = {}): Promise<NextServer> {
    const sink = await OtlpSink.start()
    const child = spawn(cachedNode(node), [bin, 'start', '--port', '0', '--hostname', '127.0.0.1'], {
      cwd: app,
      env: environment({
        NODE_OPTIONS: `--import ${REGISTER_URL.replace('/src/', '/dist/')}`,
        OTEL_EXPORTER_OTLP_ENDPOINT: sink.url,
        OTEL_BSP_SCHEDULE_DELAY: '50',
        TEST_PEER: `http://127.0.0.1:${(peer.address() as AddressInfo).port}`,
        ...env,
      }),
    })
    const url = await new Promise<string>((resolve, reject) => {
      let text = ''
      const look = (chunk: Buffer): void => {
        text += String(chunk)
        const found = /http:\/\/127\.0\.0\.1:(\d+)/.exec(text)
        if (found !== null && text.includes('Ready')) resolve(found[0])
      }
      child.stdout.on('data', look)
      child.stderr.on('data', look)
      child.on('close', () => reject(new Error(text)))
    })
    return new NextServer(sink, child, url)
  }

  /** Asks for a path; the spans of that request, the server's first, and the text of the answer. */
  async ask(path: string, init?: RequestInit): Promise<{ spans: SinkSpan[]; text: string }> {
    this.#sink.spans.length = 0
    const text = await (await fetch(`${this.url}${path}`, init)).text()
    const request = await this.#served(path)
    // What belongs to it and ends after it is sent before what ends later still.
    await (await fetch(`${this.url}/api/price/marker`)).text()
    await this.#served('/api/price/marker')
    const below = this.#sink.spans.filter((span) => span.traceId === request.traceId && span !== request)
    return { text, spans: [request, ...below] }
  }

  #served(path: string): Promise<SinkSpan> {
    const isIt = (span: SinkSpan): boolean => span.kind === KIND.server && span.values['url.path'] === path
    return this.#sink.waitFor(() => this.#sink.spans.find(isIt), `server span of ${path}`)
  }

  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.#child.once('close', resolve))
    if (this.#child.exitCode === null && this.#child.kill('SIGTERM')) await closed
    await this.#sink.close()
  }
}

/** Kinds and names of spans, each below the name of its parent. */
function outline(spans: readonly SinkSpan[]): string[] {
  const names = new Map(spans.map((span) => [span.spanId, span.name]))
  const kinds = new Map<number | undefined, string>(Object.entries(KIND).map(([name, kind]) => [kind, name]))
  const lines = spans.map(
    ({ kind, name, parentSpanId }) => `${names.get(parentSpanId) ?? ''} > ${kinds.get(kind)} ${name}`,
  )
  return lines.toSorted(byText)
}

/** A request with the route, and what is below it. */
function request(route: string, ...below: string[]): string[] {
  return [` > server GET ${route}`, ...below.map((line) => line.replace('^', `GET ${route}`))].toSorted(byText)
}

const SHOP = [
  '^ > internal render route (app) /shop/[id]',
  'render route (app) /shop/[id] > internal generateMetadata /shop/[id]/page',
  'render route (app) /shop/[id] > client GET',
]

describe.each(['20.19', '22', '24', '26'])(`next ${version}, built and started, on Node %s`, (node) => {
  let next: NextServer

  beforeAll(async () => {
    next = await NextServer.start(node)
  })
  afterAll(() => next?.stop())

  it.each([
    ['route handler, app router', '/api/price/7', request('/api/price/[id]', '^ > client GET')],
    ['page, app router', '/shop/7', request('/shop/[id]', ...SHOP)],
    ['page behind a proxy', '/shop/proxied', request('/shop/[id]', '^ > internal middleware GET', ...SHOP)],
    [
      'page, pages router',
      '/legacy/7',
      request(
        '/legacy/[id]',
        '^ > internal render route (pages) /legacy/[id]',
        '^ > internal getServerSideProps /legacy/[id]',
        'getServerSideProps /legacy/[id] > client GET',
      ),
    ],
    ['handler, pages router', '/api/old/7', request('/api/old/[id]', '^ > client GET')],
  ])('%s: one server span with the route, what is called below it, no layers', async (_what, path, expected) => {
    const { spans } = await next.ask(path)
    expect(outline(spans)).toEqual(expected)
    expect(spans[0]?.values).toMatchObject({
      'http.route': expected
        .find((line) => line.startsWith(' > '))
        ?.split(' ')
        .at(-1),
      'http.response.status_code': 200,
    })
  })

  it('a server action is below the request that has called it', async () => {
    const page = await next.ask('/form')
    const [, action = ''] = /name="(\$ACTION_ID_\w+)"/.exec(page.text) ?? []
    expect(action).not.toBe('')
    const body = new FormData()
    body.set(action, '')
    const { spans } = await next.ask('/form', { method: 'POST', body })
    expect(spans[0]?.name).toBe('POST /form')
    const call = spans.find((span) => String(span.values['url.full']).endsWith('/action'))
    expect(call?.kind).toBe(KIND.client)
  })

  it('a page that fails, and one that is not there', async () => {
    const [failed] = (await next.ask('/broken')).spans
    expect(failed).toMatchObject({ name: 'GET /broken', status: { code: 2 } })
    expect(failed?.values['http.response.status_code']).toBe(500)
    const [missing] = (await next.ask('/nowhere')).spans
    expect(missing).toMatchObject({ name: 'GET' })
    expect(missing?.values).not.toHaveProperty('http.route')
  })
})

it.each([
  ['none', 2],
  ['all', 10],
] as const)(`next ${version}: the option layers: %s`, async (layers, atLeast) => {
  const next = await NextServer.start('24', { CLEW_INSTRUMENTATION_NEXT: JSON.stringify({ layers }) })
  try {
    const { spans } = await next.ask('/shop/7')
    expect(spans[0]?.name).toBe('GET /shop/[id]')
    expect(spans.filter((span) => span.kind === KIND.server)).toHaveLength(1)
    expect(spans.filter((span) => span.kind === KIND.client)).toHaveLength(1)
    if (layers === 'none') expect(spans).toHaveLength(atLeast)
    else expect(spans.length).toBeGreaterThanOrEqual(atLeast)
  } finally {
    await next.stop()
  }
})
