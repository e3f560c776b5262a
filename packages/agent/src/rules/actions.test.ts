import { context, metrics, propagation, trace } from '@opentelemetry/api'
import { logs } from '@opentelemetry/api-logs'
import { W3CTraceContextPropagator } from '@opentelemetry/core'
import { InMemoryLogRecordExporter, LoggerProvider, SimpleLogRecordProcessor } from '@opentelemetry/sdk-logs'
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics'
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider, type ReadableSpan } from '@opentelemetry/sdk-trace'
import { compileFunction } from 'node:vm'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { AgentContextManager } from '../context/agent-context.ts'
import { parseRules } from './parse-rules.ts'
import { ruleStates, rulesRuntime, setRuleEnabled } from './rule-switches.ts'
import { instrumentModule } from './transform/instrument-module.ts'

const spanExporter = new InMemorySpanExporter()
const logExporter = new InMemoryLogRecordExporter()
const metricExporter = new InMemoryMetricExporter(AggregationTemporality.DELTA)
const reader = new PeriodicExportingMetricReader({ exporter: metricExporter, exportIntervalMillis: 3_600_000 })

trace.setGlobalTracerProvider(
  new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter: spanExporter })] }),
)
context.setGlobalContextManager(new AgentContextManager().enable())
propagation.setGlobalPropagator(new W3CTraceContextPropagator())
logs.setGlobalLoggerProvider(
  new LoggerProvider({ processors: [new SimpleLogRecordProcessor({ exporter: logExporter })] }),
)
metrics.setGlobalMeterProvider(new MeterProvider({ readers: [reader] }))

beforeEach(() => {
  spanExporter.reset()
  logExporter.reset()
  metricExporter.reset()
})
afterAll(async () => {
  await reader.shutdown()
  for (const api of [trace, context, propagation, logs, metrics]) api.disable()
})

/** The exports of a CommonJS module with rules in it. */
function load(rules: string, source: string, path = 'src/a.cjs'): Record<string, (...args: unknown[]) => unknown> {
  const file = {
    path: `/app/${path}`,
    packageName: 'app',
    packageVersion: '1.0.0',
    packageRoot: '/app',
    pathInPackage: path,
    installed: false,
  }
  const { output, notes } = instrumentModule({
    source,
    file,
    inputMap: undefined,
    rules: parseRules(rules, '/app/clew.rules.yaml'),
    importRuntime: () => '',
  })
  expect(notes).toEqual([])
  const module = { exports: {} as Record<string, (...args: unknown[]) => unknown> }
  const run = compileFunction(output?.code ?? source, ['module', 'exports']) as (
    module: object,
    exports: object,
  ) => void
  run(module, module.exports)
  return module.exports
}

const spans = (): ReadableSpan[] => spanExporter.getFinishedSpans()
let count = 0
/** Rule names are per process. */
const unique = (): string => `r${count++}`

describe('span', () => {
  it('has name, kind, attributes of arguments, this, variables and result, and its place', () => {
    const { Till } = load(
      `${unique()}: { target: $root, where: { class: Till, func: ring }, do: { span: { name: 'ring {$args.0.id}', kind: client, attributes: { id: $args.0.id, currency: $this.currency, list: $args.1, rest: $args.3, fixed: 5, rate: $vars.RATE, total: $result.total, none: $args.0.a.b.c, all: $args } } } }`,
      `const RATE = 2\nexports.Till = () => new Till()\nclass Till { currency = 'EUR'; ring({ id }, list, ...more) { return { total: id * RATE } } }`,
    )
    const till = Till?.() as { ring(...args: unknown[]): unknown }
    expect(till.ring({ id: 4 }, ['a', 'b'], 'x', 'y')).toEqual({ total: 8 })
    expect(spans()[0]).toMatchObject({ name: 'ring 4', kind: 2, status: { code: 0 } })
    expect(spans()[0]?.attributes).toEqual({
      id: 4,
      currency: 'EUR',
      list: ['a', 'b'],
      rest: 'y',
      fixed: 5,
      rate: 2,
      total: 8,
      all: '[{"id":4},["a","b"],"x","y"]',
      'code.function.name': 'Till.ring',
      'code.file.path': 'src/a.cjs',
      'code.line.number': 3,
    })
  })

  it('of what throws has the error and its status, of a promise that rejects too, and unhandled rejections stay unhandled', async () => {
    const { sync, later, given } = load(
      `${unique()}: { target: $root, where: { func: [sync, later, given] }, do: { span: { attributes: { why: $error.message } } } }`,
      `exports.sync = () => { throw new TypeError('a') }\nexports.later = async () => { await null; throw new RangeError('b') }\nexports.given = () => Promise.reject(new URIError('c'))`,
    )
    expect(() => sync?.()).toThrow('a')
    await expect(later?.()).rejects.toThrow('b')
    await expect(given?.()).rejects.toThrow('c')
    expect(
      spans().map(({ status, attributes, events }) => [
        status.code,
        attributes['error.type'],
        attributes['why'],
        events[0]?.name,
      ]),
    ).toEqual([
      [2, 'TypeError', 'a', 'exception'],
      [2, 'RangeError', 'b', 'exception'],
      [2, 'URIError', 'c', 'exception'],
    ])
    const unhandled: unknown[] = []
    const listeners = process.listeners('unhandledRejection')
    process.removeAllListeners('unhandledRejection')
    process.on('unhandledRejection', (reason) => unhandled.push(reason))
    void given?.()
    await new Promise((resolve) => setTimeout(resolve, 20))
    process.removeAllListeners('unhandledRejection')
    for (const listener of listeners) process.on('unhandledRejection', listener)
    expect(unhandled).toEqual([expect.objectContaining({ message: 'c' })])
  })

  it('of a plain function ends when its promise does; the same promise stays the same, and one of another class itself', async () => {
    const { cached, special } = load(
      `${unique()}: { target: $root, where: { func: [cached, special] }, do: { span: { attributes: { got: $result } } } }`,
      `let p\nexports.cached = () => p ??= new Promise((resolve) => setTimeout(resolve, 10, 'v'))\nclass Special extends Promise {}\nexports.special = () => Special.resolve(3)`,
    )
    const first = cached?.()
    expect(cached?.()).toBe(first)
    expect(spans()).toEqual([])
    await first
    expect(spans().map(({ attributes }) => attributes['got'])).toEqual(['v', 'v'])
    expect((special?.() as object | undefined)?.constructor.name).toBe('Special')
  })

  it('is the parent of what happens inside, across awaits and yields, and never of what its caller does meanwhile', async () => {
    const { outer, numbers, inner } = load(
      `${unique()}: { target: $root, where: { func: [outer, numbers, inner] }, do: { span: {} } }`,
      `const inner = exports.inner = (n) => n\nexports.outer = async () => { inner(1); await null; inner(2); try { await Promise.reject(1) } catch { inner(3) } for await (const n of [4]) inner(n); inner(5) }\nexports.numbers = function* () { inner(1); const got = yield 1; inner(got) }`,
    )
    const done = outer?.()
    inner?.('outside')
    await done
    const [root] = spans().filter(({ name }) => name === 'outer')
    const inside = spans().filter(({ parentSpanContext }) => parentSpanContext?.spanId === root?.spanContext().spanId)
    expect(inside).toHaveLength(5)
    expect(
      spans()
        .filter(({ parentSpanContext }) => parentSpanContext === undefined)
        .map(({ name }) => name)
        .toSorted(),
    ).toEqual(['inner', 'outer'])
    spanExporter.reset()
    const iterator = numbers?.() as Iterator<number, unknown, number>
    iterator.next()
    inner?.('between')
    iterator.next(2)
    const generator = spans()
      .find(({ name }) => name === 'numbers')
      ?.spanContext().spanId
    expect(
      spans()
        .filter(({ name }) => name === 'inner')
        .map(({ parentSpanContext }) => parentSpanContext?.spanId),
    ).toEqual([generator, undefined, generator])
  })

  it('is found by decorator, in TypeScript and as compilers write it, by directive, getter, constructor and private name', () => {
    const source = `
      function __decorate(list, target, key) {}
      class Old { a() { return 1 } }
      __decorate([Get('/a')], Old.prototype, 'a', null)
      function Get() {}
      class Kept { // clew:span, please
        b() {} get total() { return 2 } #c() { return 3 } c() { return this.#c() } constructor() { this.id = 7 } }
      exports.go = () => { new Old().a(); const k = new Kept(); k.b(); k.c(); return k.total }`
    const name = unique()
    const { go } = load(
      `${name}a: { target: $root, where: { decorator: '@Get' }, do: { span: { name: decorated } } }
${name}b: { target: $root, where: { directive: clew:span }, do: { span: { name: directive } } }
${name}c: { target: $root, where: { class: Kept, func: get total }, do: { span: { name: getter } } }
${name}d: { target: $root, where: { class: Kept, func: constructor }, do: { span: { name: constructor, attributes: { id: $this.id } } } }
${name}e: { target: $root, where: { func: '#c' }, do: { span: { name: private } } }`,
      source,
    )
    expect(go?.()).toBe(2)
    expect(spans().map((span) => span.name)).toEqual(['decorated', 'constructor', 'directive', 'private', 'getter'])
    expect(spans()[1]?.attributes).toMatchObject({ id: 7, 'code.function.name': 'new Kept' })
  })
})

describe('calls', () => {
  it('are wrapped where they are written: methods with their this, functions, constructors, optional chains', async () => {
    const name = unique()
    const { go } = load(
      `${name}a: { target: $root, where: { call: api.charges.create }, do: { span: { attributes: { amount: $args.0.amount, of: $this.tag, id: $result.id } } } }
${name}b: { target: $root, where: { call: helper }, do: { span: { name: helper } } }
${name}c: { target: $root, where: { call: new Thing }, do: { span: { name: thing } } }
${name}d: { target: $root, where: { call: '**.query', func: go }, do: { span: { name: query } } }`,
      `class Thing { constructor(n) { this.n = n; this.own = new.target === Thing } }
      const helper = (n) => n + 1
      exports.go = async (api) => [await api.charges.create({ amount: 5 }), helper(1), new Thing(2), none?.a.query(1), db().query('x')]
      const none = undefined
      const db = () => ({ query(text) { return text + (typeof this) } })`,
    )
    const api = {
      charges: {
        tag: 'charges',
        async create({ amount }: { amount: number }) {
          await Promise.resolve()
          return { id: `c${amount}`, of: this.tag }
        },
      },
    }
    expect(await go?.(api)).toMatchObject([{ id: 'c5', of: 'charges' }, 2, { n: 2, own: true }, undefined, 'xobject'])
    expect(spans().map((span) => span.name)).toEqual(['api.charges.create', 'helper', 'thing', 'query'])
    expect(spans()[0]?.attributes).toMatchObject({ amount: 5, of: 'charges', id: 'c5' })
  })
})

describe('other actions', () => {
  it('metric, log and event record at the time they say, in the context of the call', async () => {
    const name = unique()
    const { work } = load(
      `${name}:
  target: $root
  where: { func: work }
  do:
    - span: {}
    - metric: { name: '${name}.calls', attributes: { kind: $args.0 } }
    - metric: { name: '${name}.time', type: histogram, unit: ms, value: $duration_ms, when: return }
    - metric: { name: '${name}.errors', when: error }
    - log: { body: 'did {$args.0}: {$result}', severity: warn, when: return, attributes: { a: 1 } }
    - log: { body: 'failed: {$error.message}', severity: error, when: error }
    - event: { name: began, attributes: { first: $args.0 } }
`,
      `exports.work = (kind) => { if (kind === 'bad') throw new Error('no'); return 'ok' }`,
    )
    work?.('good')
    expect(() => work?.('bad')).toThrow('no')
    expect(
      logExporter
        .getFinishedLogRecords()
        .map(({ body, severityNumber, spanContext }) => [body, severityNumber, spanContext?.spanId]),
    ).toEqual([
      ['did good: ok', 13, spans()[0]?.spanContext().spanId],
      ['failed: no', 17, spans()[1]?.spanContext().spanId],
    ])
    expect(spans().map(({ events }) => events[0]?.name)).toEqual(['began', 'began'])
    await reader.forceFlush()
    const points = metricExporter
      .getMetrics()
      .flatMap(({ scopeMetrics }) => scopeMetrics.flatMap((scope) => scope.metrics))
    const values = Object.fromEntries(
      points.map(({ descriptor, dataPoints }) => [
        descriptor.name,
        dataPoints.map(({ value, attributes }) => [
          typeof value === 'object' ? (value as { count: number }).count : value,
          attributes['kind'],
        ]),
      ]),
    )
    expect(values).toEqual({
      [`${name}.calls`]: [
        [1, 'good'],
        [1, 'bad'],
      ],
      [`${name}.time`]: [[1, undefined]],
      [`${name}.errors`]: [[1, undefined]],
    })
  })

  it('context goes out of one call and into another, as parent or as link', () => {
    const name = unique()
    const { send, take, linked } = load(
      `${name}a: { target: $root, where: { func: send }, do: [{ span: {} }, { context: { inject: $args.0.headers } }] }
${name}b: { target: $root, where: { func: take }, do: [{ context: { extract: $args.0.headers } }, { span: {} }] }
${name}c: { target: $root, where: { func: linked }, do: [{ context: { extract: $args.0, as: link } }, { span: {} }] }`,
      `exports.send = (message) => message\nexports.take = function () {}\nexports.linked = function () {}`,
    )
    const message = { headers: {} as Record<string, string> }
    send?.(message)
    expect(message.headers['traceparent']).toMatch(/^00-/)
    take?.(message)
    linked?.(new Map(Object.entries(message.headers)))
    const [sent, taken, other] = spans()
    expect(taken?.parentSpanContext?.spanId).toBe(sent?.spanContext().spanId)
    expect(other?.parentSpanContext).toBeUndefined()
    expect(other?.links.map((link) => link.context.spanId)).toEqual([sent?.spanContext().spanId])
  })

  it('redact hides values by key, skip takes functions out', () => {
    const name = unique()
    const { pay, health } = load(
      `${name}a: { target: $root, where: { func: '*' }, do: { span: { attributes: { card.number: $args.0.card.number, body: $args.0, fine: $args.0.id } } } }
${name}b: { target: $root, do: { redact: { keys: [card.*, 'pass*'] } } }
${name}c: { target: $root, where: { func: health }, do: { skip: true } }`,
      `exports.pay = function () {}\nexports.health = () => {}`,
    )
    pay?.({
      id: 1,
      card: { number: '4111' },
      Password: 'geheim',
      get secret() {
        throw new Error('never read')
      },
    })
    health?.({})
    expect(spans()).toHaveLength(1)
    expect(spans()[0]?.attributes).toMatchObject({
      'card.number': '***',
      fine: 1,
      body: '{"id":1,"card":{"number":"4111"},"Password":"***"}',
    })
  })

  it('a line is any statement, also one without braces, with the variables it sees', () => {
    const name = unique()
    const { go } = load(
      `${name}: { target: $root, where: { file: src/a.cjs, line: 4 }, do: { log: { body: 'n is {$vars.n}' } } }\n${name}x: { target: $root, where: { file: src/a.cjs, line: 5 }, do: { log: { body: 'later {$vars.later}' } } }`,
      `exports.go = (n) => {\n  'use strict'\n  if (n > 1)\n    return n\n  const later = 1\n  return later\n}`,
    )
    expect([go?.(3), go?.(1)]).toEqual([3, 1])
    expect(logExporter.getFinishedLogRecords().map(({ body }) => body)).toEqual(['n is 3'])
    // The variable of the second was not there yet, which is counted and hurts nobody.
    expect(ruleStates().find((state) => state.name === `${name}x`)).toMatchObject({
      failures: 1,
      lastFailure: expect.stringContaining('later') as string,
    })
  })
})

describe('switches', () => {
  it('turn a rule on and off from the next call on, and one rule alone', () => {
    const name = unique()
    const { work } = load(
      `${name}a: { target: $root, enabled: false, where: { func: work }, do: { span: { name: a } } }\n${name}b: { target: $root, where: { func: work }, do: { span: { name: b } } }`,
      `exports.work = () => {}`,
    )
    const seen = (): string[] => {
      spanExporter.reset()
      work?.()
      return spans().map((span) => span.name)
    }
    expect(seen()).toEqual(['b'])
    expect(setRuleEnabled(`${name}a`, true)).toBe(true)
    expect(seen().toSorted()).toEqual(['a', 'b'])
    setRuleEnabled(`${name}b`, false)
    expect(seen()).toEqual(['a'])
    setRuleEnabled(`${name}a`, false)
    expect(seen()).toEqual([])
    expect(setRuleEnabled('nobody', true)).toBe(false)
    expect(ruleStates().find((state) => state.name === `${name}a`)).toMatchObject({ points: 1, hits: 2, on: false })
  })

  it('are off in code whose module has not run yet: functions that are called early are no error', () => {
    const name = unique()
    const { early } = load(
      `${name}: { target: $root, where: { func: early }, do: { span: {} } }`,
      `exports.early = early; function early() { return 1 }`,
    )
    expect(early?.()).toBe(1)
    expect(
      rulesRuntime()
        .rules()
        .some((state) => state.name === name),
    ).toBe(true)
  })
})
