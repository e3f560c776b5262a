import { FakeClock } from '@clew/testkit/fake-clock'
import { expect, test } from 'vitest'
import { checkSchema } from '../../config/check-schema.ts'
import { parseYaml } from '../../config/parse-yaml.ts'
import { erase } from '../../core/factory.ts'
import { contextFor } from '../../testdata/context.ts'
import { MemoryConsumer } from '../../testdata/memory-consumer.ts'
import { OTLP_TO_STORE, registryWith, runYaml } from '../../testdata/run.ts'
import { spansBatch } from '../../testdata/telemetry.ts'
import { memoryLimiterSchema } from './config.ts'
import { memoryLimiterFactory } from './factory.ts'
import { MemoryLimiter } from './memory-limiter.ts'
import { forceGc, totalMemoryBytes } from './process-memory.ts'

const MIB = 1024 * 1024

function rig(yaml: string): {
  limiter: MemoryLimiter
  clock: FakeClock
  store: MemoryConsumer
  memory: { rss: number; collected: number; freed: number }
} {
  const { value, errors } = checkSchema(memoryLimiterSchema, parseYaml(yaml, 'c'), [])
  if (value === undefined) throw errors[0] ?? new Error('no value')
  const clock = new FakeClock()
  const store = new MemoryConsumer()
  const memory = { rss: 0, collected: 0, freed: 0 }
  const limiter = new MemoryLimiter(
    value,
    contextFor('processor/memory_limiter@traces', { clock }).context,
    'traces',
    store,
    {
      rssBytes: () => memory.rss,
      totalBytes: () => 1000 * MIB,
      forceGc: () => {
        memory.collected += 1
        memory.rss -= memory.freed
      },
    },
  )
  return { limiter, clock, store, memory }
}

test('refuses above the soft limit with an error to come back, and takes again below', async () => {
  const { limiter, clock, store, memory } = rig('{check_interval: 1s, limit_mib: 100, spike_limit_mib: 30}')
  memory.rss = 69 * MIB
  await limiter.start()
  await limiter.consume(spansBatch(1), {})
  memory.rss = 71 * MIB
  await clock.advance(1000)
  expect(limiter.admission()).toMatchObject({ code: 'memory_limit', retryAfterMs: 1000 })
  await expect(limiter.consume(spansBatch(1), {})).rejects.toMatchObject({ retryable: true, retryAfterMs: 1000 })
  memory.rss = 50 * MIB
  await clock.advance(1000)
  expect(limiter.admission()).toBeUndefined()
  await limiter.consume(spansBatch(1), {})
  expect(store.points()).toBe(2)
  await limiter.shutdown()
  expect(clock.pending).toBe(0)
})

test('percentages are of the memory of the machine, and a fifth is kept for spikes', async () => {
  const { limiter, clock, memory } = rig('{check_interval: 1s, limit_percentage: 50}')
  memory.rss = 399 * MIB
  await limiter.start()
  expect(limiter.admission()).toBeUndefined()
  memory.rss = 401 * MIB
  await clock.advance(1000)
  expect(limiter.admission()).toBeDefined()
  await limiter.shutdown()
})

test('garbage is collected before anybody is refused, but not all the time', async () => {
  const { limiter, clock, memory } = rig('{check_interval: 1s, limit_mib: 100, spike_limit_mib: 30}')
  memory.rss = 80 * MIB
  memory.freed = 20 * MIB
  await limiter.start()
  expect(memory.collected).toBe(1)
  expect(limiter.admission()).toBeUndefined()
  memory.freed = 0
  memory.rss = 80 * MIB
  await clock.advance(9000)
  expect(memory.collected).toBe(1)
  await clock.advance(1000)
  expect(memory.collected).toBe(2)
  memory.rss = 110 * MIB
  await clock.advance(3000)
  expect(memory.collected).toBe(5)
  await limiter.shutdown()
})

test('refuses while the event loop is late', async () => {
  const { limiter, memory } = rig('{check_interval: 1s, limit_mib: 100}')
  memory.rss = 0
  const { value } = checkSchema(
    memoryLimiterSchema,
    parseYaml('{check_interval: 1s, limit_mib: 100, max_event_loop_lag: 500ms}', 'c'),
    [],
  )
  const timers: (() => void)[] = []
  let now = 0
  const clock = {
    unixNanos: () => 0n,
    unixMillis: () => 0,
    monotonicMillis: () => now,
    after: (_delayMs: number, callback: () => void) => {
      timers.push(callback)
      return () => undefined
    },
  }
  if (value === undefined) throw new Error('no value')
  const late = new MemoryLimiter(value, contextFor('processor/x', { clock }).context, 'logs', new MemoryConsumer(), {
    rssBytes: () => 0,
    totalBytes: () => 0,
    forceGc: () => undefined,
  })
  await late.start()
  now = 1000 + 499
  timers.shift()?.()
  expect(late.admission()).toBeUndefined()
  now += 1000 + 501
  timers.shift()?.()
  expect(late.admission()).toMatchObject({ code: 'event_loop_lag' })
  now += 1000
  timers.shift()?.()
  expect(late.admission()).toBeUndefined()
  await limiter.shutdown()
})

test('the receiver refuses before it reads or decodes a request', async () => {
  const store = new MemoryConsumer()
  const short = erase({
    ...memoryLimiterFactory,
    type: 'short_of_memory',
    create: (config, context, signal, next) =>
      new MemoryLimiter(config, context, signal, next, {
        rssBytes: () => 2 ** 40,
        totalBytes: totalMemoryBytes,
        forceGc: () => undefined,
      }),
  } satisfies typeof memoryLimiterFactory)
  const yaml = OTLP_TO_STORE.replace(
    'exporters:',
    'processors: {short_of_memory: {check_interval: 1s, limit_mib: 1}}\nexporters:',
  ).replace('traces: {receivers: [otlp],', 'traces: {receivers: [otlp], processors: [short_of_memory],')
  const collector = await runYaml(yaml, registryWith(store, short))
  const base = `http://${collector.addresses()['receiver/otlp']?.['http']}`
  const headers = { 'content-type': 'application/x-protobuf' }
  // Not a valid request: it is refused all the same, so nobody looked at it.
  const refused = await fetch(`${base}/v1/traces`, { method: 'POST', headers, body: Buffer.from('garbage') })
  expect(refused.status).toBe(503)
  expect(refused.headers.get('retry-after')).toBe('1')
  const { refused: reasons, books } = collector.snapshot()
  expect(reasons).toMatchObject([{ node: 'receiver/otlp', reason: 'busy', signal: 'traces' }])
  expect(books.received.traces).toBe(0)
  // Signals whose pipelines have no limiter go on.
  const other = await fetch(`${base}/v1/logs`, { method: 'POST', headers, body: new Uint8Array() })
  expect(other.status).toBe(200)
  await collector.shutdown(1000)
})

test('garbage can be collected in a process that was started without a flag for it', () => {
  expect(() => forceGc()).not.toThrow()
  expect(totalMemoryBytes()).toBeGreaterThan(64 * MIB)
})
