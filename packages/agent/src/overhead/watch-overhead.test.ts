import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { OtlpSink } from '@clew/testkit/otlp-sink'
import { buildAgent } from '../testdata/build-agent.ts'
import { runProgram } from '../testdata/run-program.ts'

let sink: OtlpSink

beforeAll(buildAgent, 120_000)
beforeEach(async () => {
  sink = await OtlpSink.start()
})
afterEach(() => sink.close())

it('a budget that is too small for everything costs layers, then attributes, then traces, and is said', async () => {
  const program = runProgram('layers-program.mjs', [], {
    OTEL_EXPORTER_OTLP_ENDPOINT: sink.url,
    OTEL_BSP_SCHEDULE_DELAY: '200',
    CLEW_EXIT_BUDGET_MS: '15000',
    CLEW_OVERHEAD_BUDGET: '0.1%',
  })
  await program.ready
  const thinned = (): true | undefined => (sink.spans.at(-1)?.traceState?.includes('ot=th:') ? true : undefined)
  await sink.waitFor(thinned, 'spans of traces that are thinned out')
  program.child.kill('SIGTERM')
  expect(await program.ended).toMatchObject({ code: 0, stderr: '' })

  const reasons = sink.logs.filter((log) => log.values['clew.finding.kind'] === 'reduced').map((log) => log.text)
  expect(reasons).toEqual([
    expect.stringContaining('inner layers are left out'),
    expect.stringContaining('only their first attributes'),
    expect.stringContaining('fewer traces are kept'),
  ])
  expect([...sink.metricNames]).toEqual(
    expect.arrayContaining(['clew.agent.overhead.cpu', 'clew.agent.overhead.heap', 'clew.agent.overhead.delay']),
  )
  // At first everything was there.
  expect(sink.spans.find((span) => span.name === 'inner layer')?.values).toHaveProperty('attribute\\.19')
  const last = sink.spans.findLast((span) => span.kind === 2 && span.traceState?.includes('ot=th:'))
  expect(last?.droppedAttributesCount).toBeGreaterThan(0)
  // What is below a layer that was left out belongs to the span above it.
  const late = sink.spans.filter((span) => span.traceId === last?.traceId)
  expect(late.map((span) => span.name)).not.toContain('layer')
  expect(late.find((span) => span.name === 'call')?.parentSpanId).toBe(last?.spanId)
})

it('without a budget nothing is left out', async () => {
  const program = runProgram('layers-program.mjs', [], {
    OTEL_EXPORTER_OTLP_ENDPOINT: sink.url,
    CLEW_EXIT_BUDGET_MS: '15000',
  })
  await program.ready
  await sink.waitFor(() => (sink.spans.length > 2000 ? true : undefined), 'a few thousand spans')
  program.child.kill('SIGTERM')
  await program.ended
  expect(sink.logs.filter((log) => log.eventName === 'clew.agent.finding')).toEqual([])
})
