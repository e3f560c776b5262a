import { once } from 'node:events'
import { connect, createServer, type AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { OtlpSink, type SinkSpan } from '@clew/testkit/otlp-sink'
import { REGISTER_URL } from './launch.ts'
import { buildAgent } from './testdata/build-agent.ts'
import { runProgram, type Ended } from './testdata/run-program.ts'

let sink: OtlpSink

beforeAll(buildAgent, 120_000)
beforeEach(async () => {
  sink = await OtlpSink.start()
})
afterEach(() => sink.close())

function toSink(more: Record<string, string> = {}): Record<string, string> {
  // A busy machine may take longer than the usual half second to start the thread that sends at the end.
  return { OTEL_EXPORTER_OTLP_ENDPOINT: sink.url, CLEW_EXIT_BUDGET_MS: '15000', ...more }
}

function spansNamed(kind: number): SinkSpan[] {
  return sink.spans.filter((span) => span.kind === kind)
}

function expectTwoJoinedRequests(): void {
  const servers = spansNamed(2)
  const clients = spansNamed(3)
  expect(servers).toHaveLength(2)
  expect(clients).toHaveLength(2)
  expect(new Set(servers.map((span) => span.parentSpanId))).toEqual(new Set(clients.map((span) => span.spanId)))
}

async function run(file: string, end: string, env: Record<string, string> = {}): Promise<Ended> {
  return runProgram(file, [end], toSink(env)).ended
}

describe('a program that ends', () => {
  it.each([
    ['by itself', 'end', { code: 0, signal: null }],
    ['with process.exit', 'exit', { code: 3, signal: null }],
    ['with an uncaught error', 'throw', { code: 1, signal: null }],
    ['with an unhandled rejection', 'reject', { code: 1, signal: null }],
  ])('%s has sent its spans and logs, and ends as it would without the agent', async (_name, end, expected) => {
    expect(await run('program.mjs', end)).toMatchObject(expected)
    expectTwoJoinedRequests()
    const served = sink.logs.filter((log) => log.text?.startsWith('served /hello'))
    expect(served.map((log) => log.text)).toEqual(['served /hello', 'served /hello?again'])
    expect(served.map((log) => log.traceId)).toEqual(spansNamed(2).map((span) => span.traceId))
  })

  it.each([
    ['throw', 'TypeError', 'boom', 'uncaughtException'],
    ['reject', 'RangeError', 'nobody cares', 'unhandledRejection'],
  ])('by %s leaves a FATAL record and the usual message', async (end, type, message, origin) => {
    const { stderr } = await run('program.mjs', end)
    expect(stderr).toContain(`${type}: ${message}`)
    expect(stderr).not.toContain('clew:')
    const fatal = sink.logs.find((log) => log.severityText === 'FATAL')
    expect(fatal?.text).toBe(`${type}: ${message}`)
    expect(fatal?.values).toMatchObject({ 'exception.type': type, 'clew.crash.origin': origin })
    expect(fatal?.values['exception.stacktrace']).toContain('program.mjs')
  })

  it('by SIGTERM without a handler has sent everything, metrics included, and dies of that signal', async () => {
    const program = runProgram('program.mjs', ['stay'], toSink())
    await program.ready
    program.child.kill('SIGTERM')
    expect(await program.ended).toMatchObject({ code: null, signal: 'SIGTERM', stderr: '' })
    expectTwoJoinedRequests()
    expect([...sink.metricNames]).toEqual(expect.arrayContaining(['http.server.request.duration']))
  })

  it('by its own SIGTERM handler decides itself when and how', async () => {
    const program = runProgram('program.mjs', ['handled'], toSink())
    await program.ready
    program.child.kill('SIGTERM')
    expect(await program.ended).toMatchObject({ code: 7, signal: null })
    expectTwoJoinedRequests()
    expect(sink.logs.map((log) => log.text)).toContain('closing')
  })
})

describe('a CommonJS program', () => {
  it('is instrumented, and its winston records arrive with their trace', async () => {
    const { code, stdout } = await run('program.cjs', 'end')
    expect(code).toBe(0)
    expect(stdout).toContain('served from CommonJS')
    const [server] = spansNamed(2)
    expect(server).toMatchObject({ service: 'program', parentSpanId: spansNamed(3)[0]?.spanId })
    const record = sink.logs.find((log) => log.text === 'served from CommonJS')
    expect(record).toMatchObject({ severityNumber: 13, traceId: server?.traceId, spanId: server?.spanId })
    expect(record?.values).toMatchObject({ path: '/old' })
  })

  it('can load the agent with --require', async () => {
    const path = fileURLToPath(new URL('require.cjs', REGISTER_URL))
    const { code, stderr } = await runProgram('program.cjs', [], toSink(), ['--require', path]).ended
    expect(code).toBe(0)
    expect(stderr).toBe('')
    expect(spansNamed(2)).toHaveLength(1)
  })
})

describe('settings', () => {
  it('come from OTEL_*', async () => {
    await run('program.mjs', 'end', {
      OTEL_SERVICE_NAME: 'till',
      OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test',
      OTEL_EXPORTER_OTLP_HEADERS: 'x-tenant=blue',
      OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip',
      OTEL_METRICS_EXPORTER: 'none',
      OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: `${sink.url}/elsewhere`,
      OTEL_NODE_DISABLED_INSTRUMENTATIONS: 'undici',
    })
    const traces = sink.requests.filter((request) => request.path === '/v1/traces')
    expect(traces.length).toBeGreaterThan(0)
    for (const { headers, resource } of traces) {
      expect(headers).toMatchObject({ 'x-tenant': 'blue', 'content-encoding': 'gzip' })
      expect(resource).toMatchObject({ 'service.name': 'till', 'deployment.environment.name': 'test' })
    }
    expect(new Set(sink.requests.map((request) => request.path))).toEqual(new Set(['/v1/traces', '/elsewhere']))
    expect(spansNamed(3)).toHaveLength(1)
  })

  it('are otherwise the ones of a newcomer: the program gives the name', async () => {
    await run('program.mjs', 'end')
    expect(sink.requests[0]?.resource).toMatchObject({ 'service.name': 'program', 'telemetry.sdk.language': 'nodejs' })
    expect([...sink.metricNames].some((name) => name.startsWith('nodejs.eventloop'))).toBe(true)
  })

  it('can turn the agent off', async () => {
    expect(await run('program.mjs', 'end', { OTEL_SDK_DISABLED: 'true' })).toMatchObject({ code: 0, stderr: '' })
    expect(sink.requests).toEqual([])
  })

  it('sampling off sends no spans', async () => {
    await run('program.mjs', 'exit', { OTEL_TRACES_SAMPLER: 'always_off' })
    expect(sink.spans).toEqual([])
    expect(sink.logs.length).toBeGreaterThan(0)
  })
})

describe('a backend that cuts a connection', () => {
  it('once is asked again, and nothing is said about it', async () => {
    const { port } = new URL(sink.url)
    let cut = 0
    const proxy = createServer((socket) => {
      socket.on('error', () => undefined)
      if (cut++ === 0) {
        socket.once('data', () => socket.resetAndDestroy())
        return
      }
      const onward = connect(Number(port), '127.0.0.1')
      onward.on('error', () => socket.destroy())
      socket.pipe(onward).pipe(socket)
    }).listen(0, '127.0.0.1')
    await once(proxy, 'listening')
    const url = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`
    const env = toSink({ OTEL_EXPORTER_OTLP_ENDPOINT: url, OTEL_LOGS_EXPORTER: 'none', OTEL_METRICS_EXPORTER: 'none' })
    expect(await runProgram('program.mjs', ['end'], env).ended).toMatchObject({ code: 0, stderr: '' })
    expect(cut).toBeGreaterThan(1)
    expectTwoJoinedRequests()
    proxy.close()
  })
})

describe('a backend in trouble', () => {
  it('that is away costs one line and at most the exit budget', async () => {
    const away = sink.url
    await sink.close()
    const { code, stderr, stdout } = await runProgram('program.mjs', ['end'], {
      OTEL_EXPORTER_OTLP_ENDPOINT: away,
    }).ended
    expect(code).toBe(0)
    expect(stdout).toContain('served /hello')
    expect(stderr.trim().split('\n')).toEqual([expect.stringMatching(/^clew: no OTLP backend at .*ECONNREFUSED/)])
    sink = await OtlpSink.start()
  })

  it('that answers 503 at first gets everything later', async () => {
    await sink.close()
    let refusals = 2
    sink = await OtlpSink.start((path) => (path === '/v1/traces' && refusals-- > 0 ? 503 : 200))
    const program = runProgram('program.mjs', ['stay'], toSink())
    await program.ready
    await sink.waitFor(() => (spansNamed(2).length === 2 ? true : undefined), 'spans after two refusals')
    program.child.kill('SIGTERM')
    await program.ended
    expectTwoJoinedRequests()
  })

  it('that refuses telemetry is said once', async () => {
    await sink.close()
    sink = await OtlpSink.start(() => 400)
    const { code, stderr } = await run('program.mjs', 'end')
    expect(code).toBe(0)
    expect(stderr.trim().split('\n')).toEqual([expect.stringContaining('HTTP 400')])
  })
})

it('a worker thread is instrumented, the main thread reports the runtime', async () => {
  expect(await run('worker-program.mjs', '')).toMatchObject({ code: 0, stderr: '' })
  const [server] = spansNamed(2)
  const client = spansNamed(3).find((span) => span.spanId === server?.parentSpanId)
  expect(client?.values['url.full']).toContain('/from-worker')
})
