import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { OtlpSink, type SinkSpan } from '@clew/testkit/otlp-sink'
import { buildAgent } from '../../testdata/build-agent.ts'
import { runProgram } from '../../testdata/run-program.ts'

let sink: OtlpSink

beforeAll(buildAgent, 120_000)
beforeEach(async () => {
  sink = await OtlpSink.start()
})
afterEach(() => sink.close())

interface Run {
  readonly servers: SinkSpan[]
  readonly stdout: string
  readonly metrics: string[]
}

async function run(env: Record<string, string>, program = 'http-program.mjs'): Promise<Run> {
  const { code, stdout, stderr } = await runProgram(program, [], {
    OTEL_EXPORTER_OTLP_ENDPOINT: sink.url,
    CLEW_EXIT_BUDGET_MS: '15000',
    OTEL_NODE_DISABLED_INSTRUMENTATIONS: 'net',
    ...env,
  }).ended
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  const servers = sink.spans.filter((span) => span.kind === 2)
  const metrics = [...sink.metricNames]
  sink.spans.length = 0
  sink.metricNames.clear()
  return { servers, stdout, metrics }
}

/** Ports and ids differ from run to run. */
function comparable(spans: readonly SinkSpan[]): unknown[] {
  return spans.map(({ name, status, parentSpanId, values, flags, links, events }) => ({
    name,
    status: { code: status?.code ?? 0, message: status?.message ?? '' },
    hasParent: (parentSpanId ?? '') !== '',
    remote: ((flags ?? 0) & 0x200) !== 0,
    links,
    events,
    values: {
      ...values,
      'network.peer.port': typeof values['network.peer.port'],
      ...(values['server.address'] === '127.0.0.1' ? { 'server.port': typeof values['server.port'] } : {}),
    },
  }))
}

describe('incoming requests of a node:http server', () => {
  it('give the spans the upstream instrumentation gives under the SDK', async () => {
    const sdk = await run({ CLEW_TRACER: 'sdk' })
    const ours = await run({})
    expect(sdk.servers).toHaveLength(15)
    expect(comparable(ours.servers)).toEqual(comparable(sdk.servers))
    expect(new Set(ours.servers.map((span) => span.scope))).toEqual(new Set(['@clew/agent/http']))
    expect(ours.metrics).toContain('http.server.request.duration')
    expect(ours.metrics.filter((name) => name.startsWith('http.')).toSorted()).toEqual(
      sdk.metrics.filter((name) => name.startsWith('http.')).toSorted(),
    )
  })

  it('keep their context in everything that is emitted on request and response', async () => {
    const { stdout, servers } = await run({})
    expect(stdout).toContain('context true')
    const ids = servers.map((span) => span.spanId)
    expect(new Set(ids).size).toBe(ids.length)
  })

  it('of Express have the name and route that the framework has chosen, as under the SDK', async () => {
    const sdk = await run({ CLEW_TRACER: 'sdk' }, 'express-program.mjs')
    const ours = await run({}, 'express-program.mjs')
    expect(ours.servers.map((span) => span.name)).toEqual(['GET /hello', 'GET /broken', 'GET /api/orders/:id', 'GET'])
    expect(ours.servers.map((span) => span.status?.code ?? 0)).toEqual([0, 2, 0, 0])
    expect(comparable(ours.servers)).toEqual(comparable(sdk.servers))
  })
})
