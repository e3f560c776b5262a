import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { OtlpSink, type SinkSpan } from '@clew/testkit/otlp-sink'
import { buildAgent } from '../testdata/build-agent.ts'
import { runProgram } from '../testdata/run-program.ts'

interface Got {
  readonly spans: readonly { readonly name: string; readonly traceId: string; readonly service: string }[]
  readonly metrics: readonly (readonly [string, unknown])[]
  readonly logs: readonly string[]
}

let sink: OtlpSink

beforeAll(buildAgent, 120_000)
beforeEach(async () => {
  sink = await OtlpSink.start()
})
afterEach(() => sink.close())

/** Runs the program and gives back what its own exporters got. */
async function run(way: string, env: Record<string, string> = {}): Promise<Got> {
  const all = { OTEL_EXPORTER_OTLP_ENDPOINT: sink.url, CLEW_EXIT_BUDGET_MS: '15000', ...env }
  const { code, stdout, stderr } = await runProgram('own-sdk-program.mjs', [way], all).ended
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  return JSON.parse(stdout) as Got
}

function arrived(name: string): SinkSpan {
  const found = sink.spans.filter((span) => span.name === name)
  expect([name, found.length]).toEqual([name, 1])
  return found[0]!
}

function findings(): (string | undefined)[] {
  return sink.logs.filter((log) => log.values['clew.finding.kind'] === 'second-sdk').map((log) => log.text)
}

/** The program's spans are in the trace of the agent's server span, and stand where they would without it. */
function expectOneTrace(): string {
  const server = sink.spans.find((span) => span.kind === 2)
  const [outer, inner] = [arrived('outer'), arrived('inner')]
  expect(outer.parentSpanId).toBe(server?.spanId)
  expect(inner.parentSpanId).toBe(outer.spanId)
  expect([outer.traceId, inner.traceId]).toEqual([server?.traceId, server?.traceId])
  return server?.traceId ?? ''
}

describe('a program with a NodeSDK of its own', () => {
  it('has its spans, metrics and logs at its exporters, and the agent has them too, in one trace', async () => {
    const got = await run('node-sdk')
    const traceId = expectOneTrace()
    expect(got.spans).toEqual([
      { name: 'inner', traceId, service: 'till' },
      { name: 'outer', traceId, service: 'till' },
    ])
    expect(arrived('outer')).toMatchObject({ scope: 'early', values: { shelf: 'a', sizes: [1, 2] } })
    const inner = arrived('inner')
    expect(inner).toMatchObject({ scope: 'late', status: { code: 2, message: 'broken' } })
    expect(inner.events?.map((event) => event.name)).toEqual(['packed', 'exception'])
    expect(got.metrics).toEqual(
      expect.arrayContaining([
        ['sold', 3],
        ['left', 7],
      ]),
    )
    expect([...sink.metricNames]).toEqual(expect.arrayContaining(['sold', 'left']))
    expect(got.logs).toEqual(['sold three'])
    const log = sink.logs.find((record) => record.text === 'sold three')
    expect(log).toMatchObject({ traceId, spanId: arrived('outer').spanId })
    expect(findings()).toEqual([])
  })

  it('likewise when the SDK makes the agent’s spans too', async () => {
    const got = await run('node-sdk', { CLEW_TRACER: 'sdk' })
    expectOneTrace()
    expect(got.spans.map((span) => span.name)).toEqual(['inner', 'outer'])
  })

  it('that sends to the agent’s backend: every span arrives once, by the program’s exporter', async () => {
    await run('same-backend')
    expectOneTrace()
    expect(arrived('outer').service).toBe('till')
    expect(findings()).toEqual([expect.stringContaining("sends to the agent's backend itself")])
  })

  it('keeps what its own sampler decides', async () => {
    const got = await run('node-sdk', { OTEL_TRACES_SAMPLER: 'always_off' })
    expect(got.spans).toEqual([])
    expect(sink.spans).toEqual([])
  })
})

it('a tracer provider by hand, registered nowhere, joins the trace', async () => {
  const got = await run('by-hand')
  const traceId = expectOneTrace()
  // The other span is made through the API, which nobody has registered anything with but the agent.
  expect(got.spans).toMatchObject([{ name: 'outer', traceId }])
})
