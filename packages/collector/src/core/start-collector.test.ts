import * as net from 'node:net'
import { ConsumeError } from '@clew/otlp/consumer'
import { z } from 'zod'
import { afterEach, expect, test } from 'vitest'
import { MemoryConsumer } from '../testdata/memory-consumer.ts'
import { OTLP_TO_STORE, registryWith, runYaml } from '../testdata/run.ts'
import { spansBytes } from '../testdata/telemetry.ts'
import { erase, type Factory } from './factory.ts'
import type { RunningCollector } from './start-collector.ts'

const running: RunningCollector[] = []
afterEach(async () => {
  await Promise.all(running.splice(0).map((one) => one.shutdown(1000)))
})

async function run(yaml: string, store: MemoryConsumer, ...more: readonly Factory[]): Promise<RunningCollector> {
  const collector = await runYaml(yaml, registryWith(store, ...more))
  running.push(collector)
  return collector
}

async function send(collector: RunningCollector, count: number): Promise<number> {
  const response = await fetch(`http://${collector.addresses()['receiver/otlp']?.['http']}/v1/traces`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-protobuf' },
    body: spansBytes(count) as BodyInit,
  })
  await response.arrayBuffer()
  return response.status
}

/** Components that note what is done with them. */
function noting(log: string[]): Factory[] {
  const life = (name: string): { start(): Promise<void>; shutdown(): Promise<void> } => ({
    start: async () => void log.push(`start ${name}`),
    shutdown: async () => void log.push(`stop ${name}`),
  })
  const base = { stability: 'stable', description: 'notes its life', schema: z.looseObject({}) } as const
  const signals = ['traces', 'logs', 'metrics'] as const
  return [
    erase({ ...base, kind: 'receiver', type: 'note', signals, create: (_c, context) => life(context.node) }),
    erase({
      ...base,
      kind: 'processor',
      type: 'note',
      signals,
      create: (_c, context, _signal, next) => ({
        ...life(context.node),
        consume: (batch, ctx) => next.consume(batch, ctx),
      }),
    }),
    erase({
      ...base,
      kind: 'exporter',
      type: 'note',
      signals,
      create: (_c, context) => ({ ...life(context.node), consume: async () => ({}) }),
    }),
    erase({
      ...base,
      kind: 'connector',
      type: 'note',
      conversions: [{ from: 'traces', to: 'traces' }],
      create: (_c, context, _from, _to, next) => ({
        ...life(context.node),
        consume: (batch, ctx) => next.consume(batch, ctx),
      }),
    }),
    erase({ ...base, kind: 'extension', type: 'note', create: (_c, context) => life(context.node) }),
  ]
}

const NOTED = `
receivers: {note/r: , note/own: }
processors: {note/p: }
exporters: {note/e: }
connectors: {note/c: }
extensions: {note/x: }
service:
  extensions: [note/x]
  pipelines:
    traces/1: {receivers: [note/r], processors: [note/p], exporters: [note/c]}
    traces/2: {receivers: [note/c, note/own], processors: [note/p], exporters: [note/e]}
    logs: {receivers: [note/r], exporters: [note/e]}
`

test('starts extensions, then exporters first; stops receivers first; each instance once', async () => {
  const log: string[] = []
  const collector = await run(NOTED, new MemoryConsumer(), ...noting(log))
  expect(log).toEqual([
    'start extension/note/x',
    'start exporter/note/e',
    'start connector/note/c@traces->traces',
    'start processor/note/p@traces/2',
    'start processor/note/p@traces/1',
    'start receiver/note/r',
    'start receiver/note/own',
  ])
  log.length = 0
  await collector.shutdown(1000)
  expect(log.map((line) => line.split('/')[0])).toEqual([
    'stop receiver',
    'stop receiver',
    'stop processor',
    'stop processor',
    'stop connector',
    'stop exporter',
    'stop extension',
  ])
  await collector.shutdown(1000)
  expect(log).toHaveLength(7)
  expect(collector.snapshot().nodes.every((node) => node.status === 'stopped')).toBe(true)
})

test('a port in use is an error with a fix, and what had started is stopped', async () => {
  const blocker = net.createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => blocker.once('listening', resolve))
  const { port } = blocker.address() as net.AddressInfo
  const log: string[] = []
  const yaml = `
receivers:
  note:
  otlp: {protocols: {http: {endpoint: "127.0.0.1:${port}"}}}
exporters: {note: }
service:
  pipelines:
    traces: {receivers: [note, otlp], exporters: [note]}
`
  await expect(run(yaml, new MemoryConsumer(), ...noting(log))).rejects.toMatchObject({
    code: 'LISTEN',
    message: `127.0.0.1:${port} is in use by another process`,
    fix: expect.stringContaining('another port'),
  })
  expect(log).toEqual(['start exporter/note', 'start receiver/note', 'stop receiver/note', 'stop exporter/note'])
  blocker.close()
})

test('the snapshot shows nodes, edges, books and reasons as plain JSON', async () => {
  const store = new MemoryConsumer()
  const collector = await run(OTLP_TO_STORE, store)
  await send(collector, 5)
  store.behave = () => {
    throw new ConsumeError('queue_full', 'full', { retryable: true })
  }
  expect(await send(collector, 2)).toBe(503)
  const snapshot = collector.snapshot()
  expect(JSON.parse(JSON.stringify(snapshot))).toEqual(snapshot)
  expect(snapshot.ready).toBe(true)
  expect(snapshot.nodes.map((node) => [node.node, node.status])).toEqual([
    ['exporter/clew', 'recoverable-error'],
    ['receiver/otlp', 'ok'],
  ])
  expect(snapshot.nodes[0]).toMatchObject({ lastError: 'full', pipelines: ['traces', 'logs', 'metrics'] })
  expect(snapshot.edges).toHaveLength(1)
  expect(snapshot.edges[0]).toMatchObject({
    source: 'receiver/otlp',
    target: 'exporter/clew',
    items: { traces: 7, logs: 0, metrics: 0 },
    failed: { traces: 2 },
  })
  expect(snapshot.books).toMatchObject({ received: { traces: 7 }, stored: { traces: 5 }, refused: { traces: 2 } })
  expect(snapshot.refused).toMatchObject([{ node: 'exporter/clew', reason: 'queue_full', signal: 'traces', count: 2 }])
})

test('a tap shows what flows, bounded, and costs nothing when nobody looks', async () => {
  const store = new MemoryConsumer()
  const collector = await run(OTLP_TO_STORE, store)
  const tap = collector.tap({ maxPerSecond: 2, signal: 'traces' })
  const waiting = tap.wait()
  for (let i = 1; i <= 4; i++) await send(collector, i)
  await waiting
  const { events, skippedItems } = tap.take()
  expect(events[0]).toMatchObject({
    source: 'receiver/otlp',
    target: 'exporter/clew',
    signal: 'traces',
    pipeline: 'traces',
  })
  const shown = events.reduce((sum, event) => sum + event.batch.pointCount, 0)
  expect(shown + skippedItems).toBe(10)
  expect(skippedItems).toBeGreaterThan(0)
  tap.close()
  await send(collector, 1)
  expect(tap.take().events).toEqual([])
  const atExporter = collector.tap({ node: 'exporter/clew', maxPerSecond: 10, maxBytes: 10 })
  await send(collector, 3)
  expect(atExporter.take()).toEqual({ events: [], skippedItems: 3 })
  await collector.shutdown(1000)
  expect(atExporter.closed).toBe(true)
  await atExporter.wait()
})

test('own metrics have the upstream names', async () => {
  const store = new MemoryConsumer()
  const collector = await run(OTLP_TO_STORE, store)
  await send(collector, 5)
  const text = collector.metricsText()
  expect(text).toContain('# TYPE otelcol_receiver_accepted_spans_total counter')
  expect(text).toContain('otelcol_receiver_accepted_spans_total{receiver="otlp",transport="http"} 5')
  expect(text).toContain('otelcol_receiver_requests_total{receiver="otlp",transport="http"} 1')
  expect(text).toContain('otelcol_exporter_sent_spans_total{exporter="clew"} 5')
  expect(text).toMatch(/otelcol_process_memory_rss \d+/)
  for (const line of text.trimEnd().split('\n')) {
    expect(line).toMatch(/^(# (HELP|TYPE) \S+ .+|[a-z_]+(\{[^}]*\})? -?\d+(\.\d+)?(e[+-]?\d+)?)$/)
  }
})

test('health check and /metrics answer over HTTP, and turn with the collector', async () => {
  const yaml = `
extensions: {health_check: {endpoint: "127.0.0.1:0"}}
${OTLP_TO_STORE}  extensions: [health_check]
  telemetry: {metrics: {readers: [{pull: {exporter: {prometheus: {host: 127.0.0.1, port: 0}}}}]}}
`
  const lines: string[] = []
  const logger = {
    debug: () => undefined,
    info: (_message: string, fields?: Readonly<Record<string, unknown>>) => void lines.push(String(fields?.['url'])),
    warn: () => undefined,
    error: () => undefined,
    with: () => logger,
  }
  const collector = await runYaml(yaml, registryWith(new MemoryConsumer()), { logger })
  running.push(collector)
  const health = `http://${collector.addresses()['extension/health_check']?.['http']}/`
  const answer = await fetch(health)
  expect(answer.status).toBe(200)
  expect(await answer.json()).toMatchObject({ status: 'Server available' })
  const url = lines.find((line) => line.endsWith('/metrics')) ?? ''
  expect(await (await fetch(url)).text()).toContain('otelcol_process_uptime_total')
  await collector.shutdown(1000)
  await expect(fetch(health)).rejects.toThrow()
})
