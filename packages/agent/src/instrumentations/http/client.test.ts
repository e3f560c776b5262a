import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { OtlpSink, type SinkSpan } from '@clew/testkit/otlp-sink'
import { buildAgent } from '../../testdata/build-agent.ts'
import { runProgram } from '../../testdata/run-program.ts'
import { hasCreatedChannel } from './client.ts'

let sink: OtlpSink

beforeAll(buildAgent, 120_000)
beforeEach(async () => {
  sink = await OtlpSink.start()
})
afterEach(() => sink.close())

interface Run {
  readonly clients: SinkSpan[]
  readonly printed: { arrived: { url: string; traceparent: string }[]; kept: boolean; places: number }
  readonly metrics: string[]
}

async function run(env: Record<string, string>): Promise<Run> {
  const { code, stdout, stderr } = await runProgram('client-program.mjs', [], {
    OTEL_EXPORTER_OTLP_ENDPOINT: sink.url,
    CLEW_EXIT_BUDGET_MS: '15000',
    ...env,
  }).ended
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  const clients = sink.spans.filter((span) => span.kind === 3)
  const metrics = [...sink.metricNames]
  sink.spans.length = 0
  sink.metricNames.clear()
  return { clients, printed: JSON.parse(stdout) as Run['printed'], metrics }
}

function pathOf(span: SinkSpan): string {
  return new URL(String(span.values['url.full'])).pathname
}

/** In the order of the program; ports differ from run to run. */
function comparable(spans: readonly SinkSpan[]): unknown[] {
  return spans.map((span) => {
    const { values, status, name, events } = span
    const secret = /sig=(?:secret|REDACTED)/.exec(String(values['url.full']))?.[0]
    return {
      path: pathOf(span),
      // Semantic conventions: HTTP for what they do not list.
      name: name === 'HTTP' ? values['http.request.method_original'] : name,
      code: status?.code ?? 0,
      events: (events ?? []).map((event) => event.name),
      secret,
      method: values['http.request.method'],
      statusCode: values['http.response.status_code'],
      address: values['server.address'],
      port: typeof values['server.port'],
      peer: values['network.peer.address'],
      version: values['network.protocol.version'],
      userAgent: values['user_agent.original'],
    }
  })
}

const fromFetch = /fetch|moved|arrived|418/
const byPath = (a: SinkSpan, b: SinkSpan): number => pathOf(a).localeCompare(pathOf(b))

describe('outgoing requests', () => {
  it('of node:http give the spans the upstream instrumentation gives', async () => {
    const sdk = await run({ CLEW_TRACER: 'sdk' })
    const ours = await run({})
    const select = ({ clients }: Run): SinkSpan[] =>
      // The order of what ends at the same time is nobody's promise; upstream has no port for a socket file, no answer for an
      // upgrade, and takes a body that is cut off for a whole one.
      clients.filter((span) => !fromFetch.test(pathOf(span)) && !/unix|upgrade|cut/.test(pathOf(span))).toSorted(byPath)
    expect(comparable(select(ours))).toEqual(comparable(select(sdk)))
    expect(select(ours).length).toBeGreaterThan(15)
    expect(ours.metrics).toContain('http.client.request.duration')
  })

  it('reach the other side with the context, and their listeners keep that of the program', async () => {
    const { clients, printed } = await run({})
    expect(printed.kept).toBe(true)
    expect(printed.places).toBeGreaterThan(20)
    expect(printed.arrived).toHaveLength(23)
    const ids = new Set(clients.map((span) => `00-${span.traceId}-${span.spanId}-03`))
    for (const { url, traceparent } of printed.arrived) expect(ids.has(traceparent), url).toBe(true)
    expect(new Set(printed.arrived.map(({ traceparent }) => traceparent)).size).toBe(printed.arrived.length)
    // Those that found nobody have a span all the same.
    expect(clients).toHaveLength(printed.arrived.length + 3)
  })

  it('say how they failed', async () => {
    const { clients } = await run({})
    const failures = clients.flatMap((span) => {
      const type = span.values['error.type']
      return span.status?.code === 2 ? [`${pathOf(span)} ${String(type)}`] : []
    })
    expect(failures).toEqual([
      '/status/404 404',
      '/status/503 503',
      '/cut ECONNRESET',
      '/slow ECONNRESET',
      '/away ECONNREFUSED',
      '/status/418 418',
      '/cut UND_ERR_SOCKET',
      '/fetch-away ECONNREFUSED',
    ])
    const aborted = clients.findLast((span) => pathOf(span) === '/slow')
    expect(aborted?.status?.code ?? 0).toBe(0)
  })

  it('over a socket file name the file', async () => {
    const { clients } = await run({})
    const unix = clients.find((span) => pathOf(span) === '/unix')
    expect(unix?.values['server.address']).toMatch(/clew-client-\d+\.sock$/)
    expect(unix?.values).not.toHaveProperty('server.port')
  })

  it('pass the decision on when nothing is kept', async () => {
    const { clients, printed } = await run({ OTEL_TRACES_SAMPLER: 'always_off' })
    expect(clients).toEqual([])
    for (const { url, traceparent } of printed.arrived)
      expect(traceparent, url).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-0[02]$/)
  })
})

it.each([
  ['20.20.2', false],
  ['22.11.9', false],
  ['22.12.0', true],
  ['24.0.0', true],
])('Node %s publishes new requests: %s', (version, expected) => expect(hasCreatedChannel(version)).toBe(expected))
