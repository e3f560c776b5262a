import { OtlpSink } from '@clew/testkit/otlp-sink'
import { once } from 'node:events'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { buildAgent } from '../testdata/build-agent.ts'
import { runProgram, type Ended } from '../testdata/run-program.ts'
import { SPAN_ID, TRACE_ID } from './testdata/headers.ts'

let sink: OtlpSink

beforeAll(buildAgent, 120_000)
beforeEach(async () => {
  sink = await OtlpSink.start()
})
afterEach(() => sink.close())

/** Runs the program under the agent, calls it with these headers, ends it; the headers it passed on, and its output. */
async function passOn(
  headers: Record<string, string>,
  env: Record<string, string>,
): Promise<{ passed: Record<string, string>; ended: Ended }> {
  const settings = { OTEL_EXPORTER_OTLP_ENDPOINT: sink.url, CLEW_EXIT_BUDGET_MS: '15000', ...env }
  const program = runProgram('passing-program.mjs', [], settings)
  const { stdout } = program.child
  if (stdout === null) throw new Error('the program has no output')
  let text = ''
  while (!/ready \d+\s/.test(text)) text += ((await once(stdout, 'data')) as [string])[0]
  const port = /ready (\d+)/.exec(text)?.[1]
  const response = await fetch(`http://127.0.0.1:${port}/start`, { headers: { ...headers, connection: 'close' } })
  const passed = (await response.json()) as Record<string, string>
  program.child.kill('SIGTERM')
  return { passed, ended: await program.ended }
}

const baggage = 'user.id=J%C3%BCrgen,tenant=blue,secret=x'

describe.each([
  ['our tracer', {}],
  ["the SDK's tracer", { CLEW_TRACER: 'sdk' }],
  ['the whole SDK', { CLEW_TRACER: 'sdk', OTEL_TRACES_SAMPLER: 'always_on' }],
])('with %s', (_name, tracer: Record<string, string>) => {
  it('the trace goes on through every format that is chosen, and the chosen baggage is on spans and logs', async () => {
    const { passed, ended } = await passOn(
      { b3: `${TRACE_ID}-${SPAN_ID}-1`, traceparent: `00-${'1'.repeat(32)}-${SPAN_ID}-01`, baggage },
      { ...tracer, OTEL_PROPAGATORS: 'b3,tracecontext,baggage,eagleeye', CLEW_BAGGAGE_ATTRIBUTES: 'user.*,tenant' },
    )
    expect(ended.stderr).toBe('')
    expect(passed['b3']).toMatch(new RegExp(`^${TRACE_ID}-[0-9a-f]{16}-1$`))
    expect(passed['traceparent']).toMatch(new RegExp(`^00-${TRACE_ID}-[0-9a-f]{16}-0[13]$`))
    expect(passed).toMatchObject({ baggage, 'eagleeye-traceid': TRACE_ID, 'eagleeye-rpcid': '0.1' })
    expect(sink.spans).toHaveLength(3)
    const start = sink.spans.find((span) => span.kind === 2 && span.parentSpanId === SPAN_ID)
    const client = sink.spans.find((span) => span.kind === 3)
    expect(client?.parentSpanId).toBe(start?.spanId)
    for (const span of sink.spans) {
      expect(span).toMatchObject({ traceId: TRACE_ID, values: { 'user.id': 'Jürgen', tenant: 'blue' } })
      expect(span.values).not.toHaveProperty('secret')
    }
    expect(sink.logs.find((log) => log.text === 'passing on')).toMatchObject({
      traceId: TRACE_ID,
      values: { 'user.id': 'Jürgen', tenant: 'blue' },
    })
  })
})

it('baggage is on spans and logs that the SDK writes to the console too', async () => {
  const console = { OTEL_TRACES_EXPORTER: 'console', OTEL_LOGS_EXPORTER: 'console', OTEL_METRICS_EXPORTER: 'none' }
  const { ended } = await passOn({ baggage }, { ...console, CLEW_BAGGAGE_ATTRIBUTES: 'tenant' })
  const [, ...items] = ended.stdout.split(/^\{$/m)
  expect(items.filter((item) => item.includes("tenant: 'blue'"))).toHaveLength(4)
})

it('nothing of it happens by default: baggage goes on, and stays off the spans', async () => {
  const traceparent = `00-${TRACE_ID}-${SPAN_ID}-00`
  const { passed } = await passOn({ traceparent, tracestate: 'a=1', b3: `${'1'.repeat(32)}-${SPAN_ID}-1`, baggage }, {})
  expect(passed['traceparent']).toMatch(new RegExp(`^00-${TRACE_ID}-[0-9a-f]{16}-00$`))
  expect(passed['traceparent']).not.toContain(SPAN_ID)
  expect(passed).toMatchObject({ tracestate: 'a=1', baggage })
  expect(passed).not.toHaveProperty('b3')
  expect(sink.spans).toEqual([])
})

it('a name nobody knows costs one line', async () => {
  const { passed, ended } = await passOn({}, { OTEL_PROPAGATORS: 'zipkin,none-such,jaeger' })
  expect(passed).toHaveProperty('uber-trace-id')
  expect(ended.stderr).toMatch(/^clew: OTEL_PROPAGATORS: no propagator "zipkin"[^\n]*\n$/)
})
