import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { decode } from '@clew/otlp/decode'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { RunningCollector } from '../../packages/collector/src/core/start-collector.ts'
import { MemoryConsumer } from '../../packages/collector/src/testdata/memory-consumer.ts'
import { OTLP_TO_STORE, registryWith, runYaml } from '../../packages/collector/src/testdata/run.ts'

const root = join(import.meta.dirname, '..', '..')
const python = join(root, '.cache', 'interop-venv', 'bin', 'python')
const run = promisify(execFile)

const store = new MemoryConsumer()
let collector: RunningCollector
let addresses: Readonly<Record<string, string>> = {}

beforeAll(async () => {
  if (!existsSync(python)) throw new Error('the Python packages are missing: run scripts/interop-setup.sh')
  collector = await runYaml(OTLP_TO_STORE, registryWith(store))
  addresses = collector.addresses()['receiver/otlp'] ?? {}
})
afterAll(() => collector.shutdown(5000))
beforeEach(() => {
  store.batches.length = 0
})

test.each([
  ['grpc', 'none'],
  ['grpc', 'gzip'],
  ['http', 'none'],
  ['http', 'gzip'],
])('the Python SDK sends all signals over %s, compression %s', async (protocol, compression) => {
  const address = addresses[protocol]
  const endpoint = protocol === 'grpc' ? `${address}` : `http://${address}`
  const script = join(import.meta.dirname, 'python', 'send.py')
  const { stderr } = await run(python, [script, protocol, endpoint, compression], { timeout: 60_000 })
  // The SDK reports what it could not send on standard error.
  expect(stderr).not.toMatch(/Failed to export|Exception|Transient error/)

  const spans = store.batches
    .filter((batch) => batch.signal === 'traces')
    .flatMap((batch) => decode('traces', batch).resourceSpans ?? [])
  const all = spans.flatMap((one) => one.scopeSpans ?? []).flatMap((one) => one.spans ?? [])
  expect(all).toHaveLength(100)
  const parent = all.find((span) => span.name === 'parent')
  expect(parent?.kind).toBe(2)
  expect(parent?.status).toEqual({ code: 2, message: 'failed' })
  expect(parent?.attributes).toContainEqual({ key: 'big', value: { intValue: 2n ** 62n } })
  expect(parent?.attributes).toContainEqual({ key: 'text', value: { stringValue: 'grüße ☃' } })
  const child = all.find((span) => span.name === 'child 7')
  expect(child?.parentSpanId).toBe(parent?.spanId)
  expect(child?.traceId).toBe(parent?.traceId)
  expect(child?.attributes).toContainEqual({ key: 'half', value: { doubleValue: 3.5 } })
  expect(child?.events?.[0]?.name).toBe('tick')
  const resource = spans[0]?.resource?.attributes
  expect(resource).toContainEqual({ key: 'service.name', value: { stringValue: 'python-app' } })

  const records = store.batches
    .filter((batch) => batch.signal === 'logs')
    .flatMap((batch) => decode('logs', batch).resourceLogs ?? [])
    .flatMap((one) => one.scopeLogs ?? [])
    .flatMap((one) => one.logRecords ?? [])
  expect(records.map((record) => record.body)).toEqual([{ stringValue: 'stock is low' }])
  expect(records[0]?.traceId).toBe(parent?.traceId)

  const metrics = store.batches
    .filter((batch) => batch.signal === 'metrics')
    .flatMap((batch) => decode('metrics', batch).resourceMetrics ?? [])
    .flatMap((one) => one.scopeMetrics ?? [])
    .flatMap((one) => one.metrics ?? [])
  expect(new Set(metrics.map((metric) => metric.name))).toEqual(new Set(['latency', 'orders', 'queue']))
  expect(metrics.find((metric) => metric.name === 'queue')?.sum?.dataPoints?.[0]?.asInt).toBe(-3n)
})
