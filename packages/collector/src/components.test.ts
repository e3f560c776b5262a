import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import * as http from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '@clew/base/clock'
import { silentLogger } from '@clew/base/logger'
import type { Batch } from '@clew/otlp/batch'
import { encode } from '@clew/otlp/encode'
import type { Signal } from '@clew/otlp/signal'
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import { checkSchema } from './config/check-schema.ts'
import { expandTree } from './config/expand.ts'
import { parseYaml } from './config/parse-yaml.ts'
import { treeAt, type MapTree } from './config/tree.ts'
import { COMPONENTS } from './components.ts'
import { DecisionRecord } from './core/decisions.ts'
import { LOCAL_ACCESS } from './kit/access.ts'
import { SelfMetrics } from './core/self-metrics.ts'
import type { ComponentContext, Receiver } from './core/component.ts'
import { erase, type Factory } from './core/factory.ts'
import { clewExporterFactory } from './exporters/clew/factory.ts'
import { MemoryConsumer } from './testdata/memory-consumer.ts'
import { OTLP_TO_STORE, registryWith, runYaml } from './testdata/run.ts'
import { logs, logsBatch, points, pointsBatch, spans, spansBatch } from './testdata/telemetry.ts'

/** The rules every component keeps. A component that is added to the registry is tested here without a line more. */

const directory = mkdtempSync(join(tmpdir(), 'clew-components-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

const store = new MemoryConsumer()
const ALL: readonly Factory[] = [...COMPONENTS, erase(clewExporterFactory(store))]
const SECTION = {
  receiver: 'receivers',
  processor: 'processors',
  exporter: 'exporters',
  connector: 'connectors',
  extension: 'extensions',
} as const

const BATCH = { traces: () => spansBatch(3), logs: () => logsBatch(3), metrics: () => pointsBatch(3) } as const
const REQUEST = {
  traces: () => encode('traces', spans(3)),
  logs: () => encode('logs', logs(3)),
  metrics: () => encode('metrics', points(3)),
} as const

/** What a component must be told before it can run: things that have no sensible default. Filled in per test. */
let minimal: Readonly<Record<string, unknown>> = {}
let targetUrl = ''
let stopTarget: () => Promise<void> = () => Promise.resolve()

beforeEach(async () => {
  store.batches.length = 0
  const target = await runYaml(OTLP_TO_STORE, registryWith(new MemoryConsumer()))
  const addresses = target.addresses()['receiver/otlp'] ?? {}
  targetUrl = `http://${addresses['http']}`
  stopTarget = () => target.shutdown(1000)
  minimal = {
    'receiver/otlp': { protocols: { grpc: { endpoint: '127.0.0.1:0' }, http: { endpoint: '127.0.0.1:0' } } },
    'processor/memory_limiter': { check_interval: '1s', limit_percentage: 99, spike_limit_percentage: 1 },
    'processor/attributes': { actions: [{ key: 'a', value: 1, action: 'upsert' }] },
    'processor/resource': { attributes: [{ key: 'a', value: 1, action: 'upsert' }] },
    'processor/probabilistic_sampler': { sampling_percentage: 100 },
    'exporter/otlp_grpc': { endpoint: `http://${addresses['grpc']}` },
    'exporter/otlp_http': { endpoint: targetUrl },
    'exporter/file': { path: join(directory, 'out.json') },
    'extension/health_check': { endpoint: '127.0.0.1:0' },
  }
})
afterEach(() => stopTarget())

function configOf(factory: Factory): unknown {
  const raw = JSON.stringify(minimal[`${factory.kind}/${factory.type}`] ?? {})
  const { value, errors } = checkSchema(factory.schema, parseYaml(raw, 'minimal'), [])
  expect(errors).toEqual([])
  return value
}

interface Bench {
  readonly context: ComponentContext
  readonly decisions: DecisionRecord
  readonly statuses: string[]
}

function bench(factory: Factory): Bench {
  const decisions = new DecisionRecord(systemClock)
  const statuses: string[] = []
  const node = `${factory.kind}/${factory.type}`
  return {
    decisions,
    statuses,
    context: {
      id: factory.type,
      node,
      logger: silentLogger,
      clock: systemClock,
      metrics: new SelfMetrics(),
      record: decisions.component(node),
      host: { ready: () => true, statuses: () => [], startedMillis: Date.now() },
      access: LOCAL_ACCESS,
      batchHint: undefined,
      userAgent: 'Clew/test',
      print: () => undefined,
      reportStatus: (status) => void statuses.push(status),
    },
  }
}

interface Instance {
  readonly signal: Signal | undefined
  readonly component: Receiver
  readonly consume: ((batch: Batch) => Promise<unknown>) | undefined
}

function create(factory: Factory, context: ComponentContext, next: MemoryConsumer): Instance[] {
  const config = configOf(factory)
  switch (factory.kind) {
    case 'receiver': {
      const consumers = Object.fromEntries(factory.signals.map((signal) => [signal, next]))
      return [
        {
          signal: undefined,
          component: factory.create(config, context, { consumers, admission: () => undefined }),
          consume: undefined,
        },
      ]
    }
    case 'processor':
      return factory.signals.map((signal) => {
        const component = factory.create(config, context, signal, next)
        return { signal, component, consume: (batch) => component.consume(batch, {}) }
      })
    case 'exporter': {
      const component = factory.create(config, context, factory.signals)
      return factory.signals.map((signal) => ({
        signal,
        component,
        consume: (batch) => component.consume(batch, {}),
      }))
    }
    case 'connector':
      return factory.conversions.map(({ from, to }) => {
        const component = factory.create(config, context, from, to, next)
        return { signal: from, component, consume: (batch) => component.consume(batch, {}) }
      })
    case 'extension':
      return [{ signal: undefined, component: factory.create(config, context), consume: undefined }]
  }
}

const openHandles = (): string[] =>
  process.getActiveResourcesInfo().filter((name) => /TCP|Pipe|FSReq|Timeout/.test(name))

test('types are unique within their kind, aliases included', () => {
  const names = ALL.flatMap((one) => [one.type, ...(one.aliases ?? [])].map((name) => `${one.kind}/${name}`))
  expect(new Set(names).size).toBe(names.length)
})

describe.each(ALL.map((factory) => [`${factory.kind} ${factory.type}`, factory] as const))('%s', (_name, factory) => {
  const folder = join(import.meta.dirname, SECTION[factory.kind], factory.type.replaceAll('_', '-'))

  test('is described, and every setting too', () => {
    expect(factory.description.length).toBeGreaterThan(10)
    expect(factory.type).toMatch(/^[a-z][a-z0-9_]*$/)
  })

  test('has a README whose example is a valid configuration', () => {
    const readme = readFileSync(join(folder, 'README.md'), 'utf8')
    const yaml = /```yaml\n([\s\S]*?)```/.exec(readme)?.[1] ?? ''
    const { tree, errors } = expandTree(parseYaml(yaml, 'README.md'), () => undefined)
    expect(errors).toEqual([])
    const part = treeAt(tree, [SECTION[factory.kind]]) as MapTree
    expect([...part.entries.keys()]).toContain(factory.type)
    for (const [key, entry] of part.entries) {
      expect(checkSchema(factory.schema, entry.value, [key]).errors).toEqual([])
    }
  })

  test('refuses keys it does not know', () => {
    const raw = { ...(minimal[`${factory.kind}/${factory.type}`] as object | undefined), no_such_key: 1 }
    const { errors } = checkSchema(factory.schema, parseYaml(JSON.stringify(raw), 'c'), [])
    expect(errors.map((one) => one.problem)).toEqual([expect.stringContaining('has invalid keys: no_such_key')])
  })

  test('shuts down without start, twice', async () => {
    for (const { component } of create(factory, bench(factory).context, new MemoryConsumer())) {
      await component.shutdown(100)
      await component.shutdown(100)
    }
  })

  test('starts, takes every signal, accounts for it, shuts down twice and leaves nothing open', async () => {
    const before = openHandles().length
    const { context, decisions } = bench(factory)
    const next = new MemoryConsumer()
    const instances = create(factory, context, next)
    const components = new Set(instances.map((one) => one.component))
    for (const component of components) await component.start()
    for (const { signal, consume } of instances) {
      if (consume !== undefined && signal !== undefined) await consume(BATCH[signal]())
    }
    if (factory.kind === 'receiver') await feed(instances[0]?.component)
    for (const component of components) await component.shutdown(5000)
    for (const component of components) await component.shutdown(5000)

    const signals =
      'signals' in factory
        ? factory.signals
        : 'conversions' in factory
          ? factory.conversions.map((one) => one.from)
          : []
    const { books } = { books: decisions.books({ traces: 0, logs: 0, metrics: 0 }) }
    for (const signal of signals) {
      if (factory.kind === 'exporter') expect(books.stored[signal] + books.forwarded[signal]).toBe(3)
      else if (factory.kind === 'receiver') expect(books.received[signal]).toBe(3)
      else expect(next.points(signal) + books.dropped[signal]).toBe(3)
    }
    await expect.poll(() => openHandles().length, { timeout: 5000 }).toBeLessThanOrEqual(before)
  })

  test('does not change the batch it is given', async () => {
    if (factory.kind !== 'processor' && factory.kind !== 'exporter' && factory.kind !== 'connector') return
    const { context } = bench(factory)
    for (const { signal, component, consume } of create(factory, context, new MemoryConsumer())) {
      if (signal === undefined || consume === undefined) continue
      await component.start()
      const batch = BATCH[signal]()
      const bytes = Buffer.from(batch.toProtobuf())
      await consume(batch)
      await component.shutdown(5000)
      expect(Buffer.from(batch.toProtobuf()).equals(bytes)).toBe(true)
      break
    }
  })
})

async function feed(component: Receiver | undefined): Promise<void> {
  const base = component?.addresses?.()['http']
  for (const signal of ['traces', 'logs', 'metrics'] as const) {
    const status = await new Promise((resolve, reject) => {
      // No agent: the connection must not outlive the request.
      const options = { method: 'POST', agent: false, headers: { 'content-type': 'application/x-protobuf' } }
      const request = http.request(`http://${base}/v1/${signal}`, options, (response) => {
        response.resume()
        response.on('end', () => resolve(response.statusCode))
      })
      request.on('error', reject)
      request.end(REQUEST[signal]())
    })
    expect(status).toBe(200)
  }
}
