import {
  context,
  createTraceState,
  INVALID_SPAN_CONTEXT,
  ROOT_CONTEXT,
  SpanKind,
  trace,
  type Context,
  type Span,
} from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { suppressTracing } from '@opentelemetry/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DroppedSpan } from './dropped-span.ts'
import { FastTracerProvider } from './fast-tracer-provider.ts'
import type { StartHook } from './fast-tracer.ts'
import type { RecordingSpan } from './recording-span.ts'
import { Sampler, type SamplerOptions } from './sampler.ts'
import { DEFAULT_SPAN_LIMITS } from './span-limits.ts'

beforeAll(() => void context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable()))
afterAll(() => context.disable())

function setUp(options: Partial<SamplerOptions> = {}, startHooks: StartHook[] = []) {
  const ended: RecordingSpan[] = []
  const sampler = new Sampler({ share: 1, parentBased: true, announces: false, ...options })
  const provider = new FastTracerProvider({
    sampler,
    limits: DEFAULT_SPAN_LIMITS,
    sinkOf: () => ({ take: (span) => void ended.push(span) }),
    startHooks,
    flush: () => Promise.resolve(),
  })
  return { tracer: provider.getTracer('t'), provider, sampler, ended }
}

function below(parent: Span): Context {
  return trace.setSpan(ROOT_CONTEXT, parent)
}

function remote(traceFlags: number, traceState?: string): Context {
  return trace.setSpanContext(ROOT_CONTEXT, {
    traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
    spanId: '00f067aa0ba902b7',
    traceFlags,
    isRemote: true,
    ...(traceState === undefined ? {} : { traceState: createTraceState(traceState) }),
  })
}

describe('ids', () => {
  it('are valid and new, and the root says that they are random', () => {
    const { tracer } = setUp()
    const contexts = Array.from({ length: 3000 }, () => tracer.startSpan('s', {}, ROOT_CONTEXT).spanContext())
    expect(contexts.every((one) => trace.isSpanContextValid(one) && one.traceFlags === 3)).toBe(true)
    expect(new Set(contexts.map((one) => one.traceId)).size).toBe(3000)
    expect(new Set(contexts.map((one) => one.spanId)).size).toBe(3000)
  })

  it('of a child are those of its trace', () => {
    const { tracer } = setUp()
    const parent = tracer.startSpan('p', {}, ROOT_CONTEXT)
    const child = tracer.startSpan('c', {}, below(parent))
    expect(child.spanContext().traceId).toBe(parent.spanContext().traceId)
    expect(child.spanContext().spanId).not.toBe(parent.spanContext().spanId)
    expect(tracer.startSpan('r', { root: true }, below(parent)).spanContext().traceId).not.toBe(
      parent.spanContext().traceId,
    )
  })

  it('of another process are kept to the last digit', () => {
    const { tracer } = setUp()
    const span = tracer.startSpan('s', {}, remote(1, 'v=1')) as RecordingSpan
    const { traceId, traceFlags, traceState } = span.spanContext()
    expect([traceId, traceFlags, traceState?.serialize()]).toEqual(['4bf92f3577b34da6a3ce929d0e0e4736', 1, 'v=1'])
    expect([span.parent0, span.parent1, span.parentIsRemote]).toEqual([0x00f067aa, 0x0ba902b7, true])
  })

  it('that are invalid begin a trace', () => {
    const { tracer } = setUp()
    const span = tracer.startSpan('s', {}, trace.setSpanContext(ROOT_CONTEXT, INVALID_SPAN_CONTEXT))
    expect(trace.isSpanContextValid(span.spanContext())).toBe(true)
  })
})

describe('a span that is not sampled', () => {
  it('costs nothing, and its whole trace follows it', () => {
    const { tracer, ended } = setUp({ share: 0 })
    const root = tracer.startSpan('r', { attributes: { a: 1 } }, ROOT_CONTEXT)
    expect(root).toBeInstanceOf(DroppedSpan)
    const child = tracer.startSpan('c', {}, below(root))
    expect(child).toBe(root)
    child.setAttribute('a', 1).addEvent('e').updateName('n').setStatus({ code: 2 }).recordException('x')
    child.end()
    expect(child.isRecording()).toBe(false)
    expect(trace.isSpanContextValid(root.spanContext())).toBe(true)
    expect(root.spanContext()).toBe(root.spanContext())
    expect(root.spanContext().traceFlags & 1).toBe(0)
    expect(ended).toEqual([])
  })

  it('below another process hands on its trace and state under its own name', () => {
    const { tracer } = setUp()
    const { traceId, spanId, traceFlags, traceState } = tracer.startSpan('s', {}, remote(0, 'v=1')).spanContext()
    expect([traceId, traceFlags, traceState?.serialize()]).toEqual(['4bf92f3577b34da6a3ce929d0e0e4736', 0, 'v=1'])
    expect(spanId).not.toBe('00f067aa0ba902b7')
  })

  it('has the id that it was decided by', () => {
    const { tracer } = setUp({ share: 0.5, announces: true })
    for (let i = 0; i < 200; i++) {
      const { traceId, traceFlags, traceState } = tracer.startSpan('s', {}, ROOT_CONTEXT).spanContext()
      const sampled = Number.parseInt(traceId.slice(18, 20), 16) >= 0x80
      expect([traceFlags & 1, traceState?.serialize()]).toEqual(sampled ? [1, 'ot=th:8'] : [0, undefined])
    }
  })

  it('may be one below a sampled parent when parents do not decide', () => {
    const { tracer } = setUp({ share: 0, parentBased: false })
    const { traceId, traceFlags, traceState } = tracer.startSpan('s', {}, remote(1, 'ot=th:8,v=1')).spanContext()
    expect([traceId, traceFlags, traceState?.serialize()]).toEqual(['4bf92f3577b34da6a3ce929d0e0e4736', 0, 'v=1'])
  })

  it('is where tracing is suppressed, for ever and without a trace', () => {
    const { tracer } = setUp()
    const span = tracer.startSpan('s', {}, suppressTracing(ROOT_CONTEXT))
    expect([span.isRecording(), trace.isSpanContextValid(span.spanContext())]).toEqual([false, false])
  })
})

it('a ratio sampler that parents do not bind says its threshold', () => {
  const { tracer } = setUp({ share: 0.75, parentBased: false, announces: true })
  const span = tracer.startSpan('s', {}, remote(0, 'v=1'))
  expect(span.isRecording()).toBe(true)
  expect(span.spanContext()).toMatchObject({ traceFlags: 1 })
  expect(span.spanContext().traceState?.get('ot')).toBe('th:4')
})

it('startActiveSpan runs with the span in all its forms', () => {
  const { tracer } = setUp()
  const active = (span: Span): boolean => trace.getActiveSpan() === span
  const parent = tracer.startSpan('p', {}, ROOT_CONTEXT)
  expect(tracer.startActiveSpan('a', active)).toBe(true)
  expect(tracer.startActiveSpan('a', { kind: SpanKind.CLIENT }, active)).toBe(true)
  const joined = (span: Span): boolean => active(span) && span.spanContext().traceId === parent.spanContext().traceId
  expect(tracer.startActiveSpan('a', {}, below(parent), joined)).toBe(true)
})

it('hooks see every recorded span with its context when it starts', () => {
  const seen: unknown[] = []
  const { tracer } = setUp({}, [(span, at) => seen.push(at, span.setAttribute('hooked', true))])
  const at = remote(1)
  const span = tracer.startSpan('s', { attributes: { a: 1 } }, at)
  tracer.startSpan('dropped', {}, remote(0))
  expect(seen).toEqual([at, span])
  expect((span as RecordingSpan).attributes).toEqual({ a: 1, hooked: true })
})

it('a span ends once, and not before it started', () => {
  const { tracer, ended } = setUp()
  const span = tracer.startSpan('s', { startTime: [1_700_000_000, 5] }, ROOT_CONTEXT)
  span.end([1_600_000_000, 0])
  span.end()
  span.setAttribute('late', 1).updateName('late')
  expect(ended).toHaveLength(1)
  expect(ended[0]).toMatchObject({ endSeconds: 1_700_000_000, endNanos: 5, name: 's', flat: [] })
})

it('many attributes are found by key as few are', () => {
  const { tracer } = setUp()
  const span = tracer.startSpan('s', {}, ROOT_CONTEXT) as RecordingSpan
  for (let round = 0; round < 2; round++) for (let i = 0; i < 120; i++) span.setAttribute(`key ${i}`, i + round)
  expect(Object.keys(span.attributes)).toHaveLength(120)
  expect(span.attributes['key 119']).toBe(120)
  expect(span.attributes['key 0']).toBe(1)
})

it('tracers are one per scope', () => {
  const { provider } = setUp()
  expect(provider.getTracer('a', '1')).toBe(provider.getTracer('a', '1'))
  expect(provider.getTracer('a', '1')).not.toBe(provider.getTracer('a', '2'))
  expect(provider.getTracer('a', '1')).not.toBe(provider.getTracer('a', '1', { schemaUrl: 'u' }))
})
