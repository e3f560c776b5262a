import { context, diag, ROOT_CONTEXT, trace, type Span } from '@opentelemetry/api'
import { logs } from '@opentelemetry/api-logs'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { LiveSettingsApplier } from './live-settings-applier.ts'
import { InMemoryLogRecordExporter, LoggerProvider, SimpleLogRecordProcessor } from '@opentelemetry/sdk-logs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { FastTracerProvider } from '../tracer/fast-tracer-provider.ts'
import type { RecordingSpan } from '../tracer/recording-span.ts'
import { Sampler } from '../tracer/sampler.ts'
import { DEFAULT_SPAN_LIMITS } from '../tracer/span-limits.ts'
import { LogGate } from './log-gate.ts'
import { logLevelLever, profileLever, ruleLever, severityLever, type Lever } from './levers.ts'

beforeAll(() => void context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable()))
afterAll(() => {
  context.disable()
  logs.disable()
})

const bytes = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value))
const file = (value: unknown) => ({ body: bytes(value), contentType: 'application/json' })

it('what the agent says about itself becomes log records of the level that is asked for', () => {
  const exporter = new InMemoryLogRecordExporter()
  const provider = new LoggerProvider({ processors: [new SimpleLogRecordProcessor({ exporter })] })
  logs.setGlobalLoggerProvider(provider)
  const lever = logLevelLever()
  lever.apply('info')
  diag.debug('too much')
  diag.info('hello', { a: 1 }, 'x')
  lever.apply('none')
  diag.error('nothing')
  lever.apply(undefined)
  diag.error('nobody listens')
  const records = exporter.getFinishedLogRecords().map(({ body, severityText }) => [severityText, body])
  expect(records).toEqual([['INFO', 'hello { a: 1 } x']])
})

it('severities pass from the one that is asked for; those without one always', () => {
  const gate = new LogGate()
  const lever = severityLever(gate)
  const passing = (): number[] => [0, 1, 8, 9, 12, 13, 24].filter((number) => gate.passes(number))
  expect(passing()).toHaveLength(7)
  lever.apply('info')
  expect(passing()).toEqual([0, 9, 12, 13, 24])
  lever.apply('warn')
  expect(passing()).toEqual([0, 13, 24])
  expect(gate.passes(undefined)).toBe(true)
  lever.apply(undefined)
  expect(passing()).toHaveLength(7)
})

it('rules that are no longer named are on again; unknown ones are named', () => {
  const calls: string[] = []
  const lever = ruleLever((name, on) => {
    calls.push(`${name} ${on}`)
    return name !== 'nobody'
  })
  expect(lever.apply({ price: false, nobody: true })).toContain('there is no rule nobody')
  expect(lever.apply({ total: false })).toBeUndefined()
  expect(lever.apply(undefined)).toBeUndefined()
  expect(calls).toEqual(['price false', 'nobody true', 'price true', 'nobody true', 'total false', 'total true'])
})

it('a profiler that cannot start is said, and asked again', () => {
  let problem: string | undefined = 'not installed'
  let running = false
  const lever = profileLever({
    get running() {
      return running
    },
    set: (on) => {
      running = on === true && problem === undefined
      return on === true ? problem : undefined
    },
  })
  expect([lever.apply(true), lever.inForce()]).toEqual(['not installed', false])
  problem = undefined
  expect([lever.apply(true), lever.inForce()]).toEqual([undefined, true])
  expect([lever.apply(undefined), lever.inForce()]).toEqual([undefined, false])
})

describe('an instrumentation that is off', () => {
  const ended: RecordingSpan[] = []
  const provider = new FastTracerProvider({
    sampler: new Sampler({ share: 1, parentBased: true, announces: false }),
    limits: DEFAULT_SPAN_LIMITS,
    sinkOf: () => ({ take: (span) => void ended.push(span) }),
    flush: () => Promise.resolve(),
  })
  const below = (span: Span) => trace.setSpan(ROOT_CONTEXT, span)

  it('is not seen, and what is below it belongs to the span around it', () => {
    const app = provider.getTracer('app')
    const express = provider.getTracer('@opentelemetry/instrumentation-express')
    provider.setSwitches({ express: false, later: false })
    const root = app.startSpan('root', {}, ROOT_CONTEXT)
    const hidden = express.startSpan('middleware', {}, below(root))
    expect(hidden.isRecording()).toBe(false)
    expect(hidden.spanContext()).toEqual(root.spanContext())
    hidden.setAttribute('a', 1).setStatus({ code: 2 }).end()
    const inner = provider.getTracer('later').startSpan('also hidden', {}, below(hidden))
    const child = app.startSpan('child', {}, below(inner)) as RecordingSpan
    child.end()
    root.end()
    expect(ended.map(({ name }) => name)).toEqual(['child', 'root'])
    expect([child.parent0, child.parent1]).toEqual([(root as RecordingSpan).span0, (root as RecordingSpan).span1])
    expect(provider.scopes).toEqual({ app: true, express: false, later: false })
    provider.setSwitches({})
    expect(express.startSpan('middleware', {}, below(root)).isRecording()).toBe(true)
  })

  it('without anything around it gives no context to anybody', () => {
    provider.setSwitches({ app: false })
    const hidden = provider.getTracer('app').startSpan('x', {}, ROOT_CONTEXT)
    expect(trace.isSpanContextValid(hidden.spanContext())).toBe(false)
    const child = provider.getTracer('other').startSpan('y', {}, below(hidden)) as RecordingSpan
    expect([child.parent0, child.parent1]).toEqual([0, 0])
    provider.setSwitches({})
  })
})

describe('a configuration', () => {
  function recording(): { lever: Lever<'profile'>; values: unknown[] } {
    const values: unknown[] = []
    const lever: Lever<'profile'> = {
      key: 'profile',
      apply: (value) => void values.push(value),
      inForce: () => values.at(-1) as boolean | undefined,
    }
    return { lever, values }
  }

  it('that has run out is taken back without a server', async () => {
    const { lever, values } = recording()
    const applier = new LiveSettingsApplier([lever as Lever], true)
    const steps = [
      { atMs: 1001, settings: { profile: false } },
      { atMs: 1201, settings: {} },
    ]
    const config = {
      configMap: { 'clew.json': file({ profile: true }), 'clew-schedule.json': file({ nowMs: 1000, steps }) },
    }
    expect(applier.applyRemote(config)).toBe('')
    expect(values).toEqual([true])
    await expect.poll(() => values, { timeout: 20_000 }).toEqual([true, false, undefined])
    expect(JSON.parse(Buffer.from(applier.effective().configMap['clew.json']!.body).toString())).toEqual({})
  })

  it('with mistakes is applied as far as it goes, and a lever that throws is no more than that', () => {
    const { lever, values } = recording()
    const broken: Lever = {
      key: 'logLevel',
      apply: () => {
        throw new Error('stuck')
      },
      inForce: () => undefined,
    }
    const applier = new LiveSettingsApplier([broken, lever as Lever], true)
    const problems = applier.applyRemote({
      configMap: { 'clew.json': file({ profile: true, colour: 1 }), 'clew-schedule.json': file(7) },
    })
    expect(problems).toBe('colour is unknown; logLevel: Error: stuck')
    expect(values).toEqual([true])
    expect(applier.applyRemote({ configMap: {} })).toBe('logLevel: Error: stuck')
    expect(values).toEqual([true, undefined])
  })
})
