import {
  context,
  createTraceState,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  type Context,
  type Span,
} from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import type { SamplingSettings } from '@clew/opamp/live-settings'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readThreshold } from '../tracer/consistent-threshold.ts'
import { FastTracerProvider } from '../tracer/fast-tracer-provider.ts'
import type { RecordingSpan } from '../tracer/recording-span.ts'
import { Sampler, type SamplerOptions } from '../tracer/sampler.ts'
import { DEFAULT_SPAN_LIMITS } from '../tracer/span-limits.ts'
import { RareOperations } from './rare-operations.ts'
import { RateShare } from './rate-share.ts'
import { glob } from './rule-matcher.ts'

beforeAll(() => void context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable()))
afterAll(() => context.disable())

function setUp(settings: SamplingSettings = {}, options: Partial<SamplerOptions> = {}) {
  const sent: RecordingSpan[] = []
  const sampler = new Sampler({ share: 1, parentBased: true, announces: false, ...options })
  sampler.configure(settings)
  const provider = new FastTracerProvider({
    sampler,
    limits: DEFAULT_SPAN_LIMITS,
    sinkOf: () => ({ take: (span) => void sent.push(span) }),
    flush: () => Promise.resolve(),
  })
  return { tracer: provider.getTracer('t'), sampler, sent }
}

const below = (parent: Span): Context => trace.setSpan(ROOT_CONTEXT, parent)

function remote(sampled: boolean, traceId: string, ot?: string): Context {
  return trace.setSpanContext(ROOT_CONTEXT, {
    traceId,
    spanId: '00f067aa0ba902b7',
    traceFlags: sampled ? 1 : 0,
    isRemote: true,
    ...(ot === undefined ? {} : { traceState: createTraceState(`ot=${ot}`) }),
  })
}

const LOW = '4bf92f3577b34da6a300000000000000'
const HIGH = '4bf92f3577b34da6a3ffffffffffffff'

/** How many spans one stands for, by its threshold. */
function countOf(span: RecordingSpan): number {
  const threshold = readThreshold(span.traceState)
  if (threshold === undefined) return Number.NaN
  return 2 ** 56 / (2 ** 56 - (threshold.high * 2 ** 32 + threshold.low))
}

/** The sum of adjusted counts must be within five standard deviations of the truth. */
function expectUnbiased(spans: readonly RecordingSpan[], truth: number, share: number): void {
  const estimate = spans.reduce((sum, span) => sum + countOf(span), 0)
  const deviation = Math.sqrt((truth * (1 - share)) / share)
  expect(Math.abs(estimate - truth)).toBeLessThanOrEqual(5 * deviation + 1e-6)
}

describe('a trace is decided at the end of its local root', () => {
  const tail: SamplingSettings = { share: 0.1, tail: { errors: true, slowMs: 100, perSecond: 1e9 } }

  it('failed ones are all kept and count one each, the rest by their share: statistics of 40,000 traces', () => {
    const { tracer, sent, sampler } = setUp(tail)
    const TRACES = 40_000
    let failed = 0
    for (let i = 0; i < TRACES; i++) {
      const root = tracer.startSpan('root', {}, ROOT_CONTEXT)
      const child = tracer.startSpan('child', {}, below(root))
      if (i % 8 === 0) {
        failed++
        child.setStatus({ code: SpanStatusCode.ERROR })
        child.setAttribute('bad', true)
        root.setAttribute('bad', true)
      }
      child.end()
      root.end()
    }
    const roots = sent.filter((span) => span.name === 'root')
    const bad = roots.filter((span) => span.attributes['bad'] === true)
    const good = roots.filter((span) => span.attributes['bad'] === undefined)
    expect(bad).toHaveLength(failed)
    expect(new Set(bad.map(countOf))).toEqual(new Set([1]))
    expect(sent.filter((span) => span.name === 'child' && span.attributes['bad'] === true).map(countOf)).toEqual(
      bad.map(() => 1),
    )
    expectUnbiased(good, TRACES - failed, 0.1)
    expectUnbiased(roots, TRACES, 0.1)
    expect(sent.every((span) => (span.traceFlags & 1) === 1)).toBe(true)
    expect(sampler.tail?.counts).toMatchObject({ failed, byShare: TRACES - failed, early: 0 })
    expect(sampler.tail?.bytes).toBe(0)
  })

  it('slow from exactly the limit on', () => {
    const { tracer, sent } = setUp({ ...tail, share: 0 })
    const lasting = (ms: number): void =>
      tracer.startSpan(`${ms}`, { startTime: [10, 0] }, ROOT_CONTEXT).end([10, ms * 1e6])
    lasting(99.999)
    lasting(100)
    expect(sent.map((span) => span.name)).toEqual(['100'])
    expect(countOf(sent[0]!)).toBe(1)
  })

  it('what the services behind were told stays what the dice said', () => {
    const { tracer } = setUp({ share: 0, tail: { errors: true } })
    const root = tracer.startSpan('root', {}, ROOT_CONTEXT)
    expect(root.isRecording()).toBe(true)
    expect(root.spanContext().traceFlags & 1).toBe(0)
    const { tracer: all } = setUp({ share: 1, tail: { errors: true } })
    expect(all.startSpan('root', {}, ROOT_CONTEXT).spanContext()).toMatchObject({ traceFlags: 3 })
  })

  it('spans that end after the root follow the decision', () => {
    const { tracer, sent, sampler } = setUp({ ...tail, share: 0 })
    const run = (fail: boolean): void => {
      const root = tracer.startSpan('root', {}, ROOT_CONTEXT)
      const late = tracer.startSpan('late', {}, below(root))
      if (fail) root.setStatus({ code: SpanStatusCode.ERROR })
      root.end()
      late.end()
    }
    run(true)
    expect(sent.map((span) => [span.name, countOf(span)])).toEqual([
      ['root', 1],
      ['late', 1],
    ])
    run(false)
    expect(sent).toHaveLength(2)
    expect(sampler.tail?.counts.discardedSpans).toBe(2)
  })

  it('below a parent that was sampled the trace stays whole, and the larger share counts', () => {
    const { tracer, sent } = setUp({ tail: { errors: true } })
    const run = (parent: Context, fail: boolean): RecordingSpan | undefined => {
      const root = tracer.startSpan('root', {}, parent)
      if (fail) root.setStatus({ code: SpanStatusCode.ERROR })
      root.end()
      return sent.splice(0)[0]
    }
    expect(run(remote(true, HIGH, 'th:c'), false)?.traceState?.get('ot')).toBe('th:c')
    expect(run(remote(true, HIGH, 'th:c'), true)?.traceState?.get('ot')).toBe('th:0')
    expect(run(remote(true, HIGH), false)?.traceState).toBeUndefined()
    expect(run(remote(true, LOW), true)?.traceState?.get('ot')).toBe('th:0')
    expect(run(remote(false, LOW), false)).toBeUndefined()
    expect(run(remote(false, LOW), true)?.traceState?.get('ot')).toBe('th:0')
  })

  it('a rate for such traces is kept, and their counts are right: 30,000 failed ones in 30 s', () => {
    const rate = new RateShare(100, 0)
    let kept = 0
    let estimate = 0
    let variance = 0
    // The same threshold the buffer works with, at a clock of its own: 1,000 a second.
    for (let i = 0; i < 30_000; i++) {
      const share = rate.next(i)
      const random = Math.random()
      if (random >= 1 - share) {
        kept++
        const { high, low } = rate.threshold
        const count = 2 ** 56 / (2 ** 56 - (high * 2 ** 32 + low))
        expect(count).toBeCloseTo(1 / share, 2)
        estimate += count
      }
      variance += (1 - share) / share
    }
    expect(Math.abs(estimate - 30_000)).toBeLessThan(5 * Math.sqrt(variance))
    // 100 a second for 30 s, and what it let through before it knew the rate.
    expect(kept).toBeGreaterThan(2500)
    expect(kept).toBeLessThan(3800)
  })
})

describe('memory', () => {
  it('is bounded: the oldest trace is decided by its dice when there is no more room', () => {
    const { tracer, sent, sampler } = setUp({ share: 1, tail: { errors: true, maxBytes: 65_536 } })
    const roots = Array.from({ length: 50 }, (_, i) => tracer.startSpan(`root ${i}`, {}, ROOT_CONTEXT))
    for (const root of roots) {
      for (let i = 0; i < 4; i++)
        tracer.startSpan('child', { attributes: { text: 'x'.repeat(400) } }, below(root)).end()
      expect(sampler.tail?.bytes).toBeLessThanOrEqual(65_536)
    }
    expect(sampler.tail?.counts.early).toBeGreaterThan(0)
    const early = sent.length
    expect(early).toBeGreaterThan(0)
    for (const root of roots) root.end()
    expect(sent).toHaveLength(50 * 5)
    expect(sampler.tail?.bytes).toBe(0)
  })

  it('a trace that has failed already is kept when it must go early', () => {
    const { tracer, sent, sampler } = setUp({ share: 0, tail: { errors: true } })
    const good = tracer.startSpan('good', {}, ROOT_CONTEXT)
    tracer.startSpan('fine', {}, below(good)).end()
    const bad = tracer.startSpan('bad', {}, ROOT_CONTEXT)
    tracer.startSpan('broken', {}, below(bad)).setStatus({ code: SpanStatusCode.ERROR }).end()
    sampler.tail?.flush()
    expect(sent.map((span) => [span.name, countOf(span)])).toEqual([['broken', 1]])
    bad.end()
    good.end()
    expect(sent.map((span) => span.name)).toEqual(['broken', 'bad'])
  })

  it('new settings leave nothing behind', () => {
    const { tracer, sent, sampler } = setUp({ share: 1, tail: { errors: true } })
    const root = tracer.startSpan('root', {}, ROOT_CONTEXT)
    tracer.startSpan('child', {}, below(root)).end()
    sampler.configure({ share: 1 })
    expect(sampler.tail).toBeUndefined()
    root.end()
    expect(sent.map((span) => span.name)).toEqual(['child', 'root'])
  })
})

describe('rules', () => {
  const rules: SamplingSettings = {
    share: 0,
    rules: [
      { kind: 'server', path: '/health*', share: 0 },
      { span: 'job *', share: 1 },
      { attributes: { tier: 'gold' }, share: 1 },
      { route: '/pay/*', share: 1 },
    ],
  }

  it('about what is known at the start tell the services behind', () => {
    const { tracer } = setUp(rules)
    expect(tracer.startSpan('job 7', {}, ROOT_CONTEXT).spanContext().traceFlags & 1).toBe(1)
    expect(tracer.startSpan('x', { attributes: { tier: 'gold' } }, ROOT_CONTEXT).spanContext().traceFlags & 1).toBe(1)
  })

  it('the first that applies decides, at the end where it must wait', () => {
    const { tracer, sent } = setUp(rules)
    const run = (name: string, kind: SpanKind, start: object, end: object): boolean => {
      const span = tracer.startSpan(name, { kind, attributes: { ...start } }, ROOT_CONTEXT)
      span.setAttributes({ ...end })
      span.end()
      return sent.splice(0).length > 0
    }
    expect(run('GET', SpanKind.SERVER, { 'url.path': '/pay/7' }, { 'http.route': '/pay/:id' })).toBe(true)
    expect(run('GET', SpanKind.SERVER, { 'url.path': '/health/x' }, { 'http.route': '/pay/:id' })).toBe(false)
    expect(run('GET', SpanKind.SERVER, { 'url.path': '/other' }, { 'http.route': '/other' })).toBe(false)
    expect(run('GET', SpanKind.SERVER, { 'url.path': '/other' }, { tier: 'gold' })).toBe(true)
    expect(run('GET', SpanKind.SERVER, {}, { tier: 'goldfish' })).toBe(false)
  })

  it('counts are right with rules of several shares: 30,000 traces', () => {
    const { tracer, sent } = setUp({
      share: 0.2,
      rules: [
        { route: '/a', share: 0.5 },
        { span: 'b', share: 0.1 },
      ],
    })
    for (let i = 0; i < 10_000; i++) {
      tracer.startSpan('a', {}, ROOT_CONTEXT).setAttribute('http.route', '/a').end()
      tracer.startSpan('b', {}, ROOT_CONTEXT).end()
      tracer.startSpan('c', {}, ROOT_CONTEXT).end()
    }
    for (const [name, share] of [
      ['a', 0.5],
      ['b', 0.1],
      ['c', 0.2],
    ] as const) {
      expectUnbiased(
        sent.filter((span) => span.name === name),
        10_000,
        share,
      )
    }
  })

  it.each([
    ['*', 'anything', true],
    ['/a*', '/abc', true],
    ['/a*', '/b', false],
    ['*/x', '/a/x', true],
    ['/a/*/c', '/a/b/c', true],
    ['a*b*c', 'a1b2c', true],
    ['a*bc*c', 'abc', false],
    ['ab*ba', 'aba', false],
    ['exact', 'exactly', false],
  ])('%s and %s: %s', (pattern, text, matches) => expect(glob(pattern)(text)).toBe(matches))
})

describe('a share that is set while the program runs', () => {
  it('keeps what a parent elsewhere did not, and says so to those behind', () => {
    const { tracer, sampler } = setUp()
    const start = (sampled: boolean, ot?: string) => tracer.startSpan('s', {}, remote(sampled, HIGH, ot)).spanContext()
    expect(start(false).traceFlags & 1).toBe(0)
    sampler.configure({ share: 1 })
    expect(start(false).traceFlags & 1, 'unless it shall').toBe(0)
    sampler.configure({ share: 1 }, true)
    expect(start(false)).toMatchObject({ traceFlags: 1 })
    expect(start(false).traceState?.get('ot')).toBe('th:0')
    expect(start(true, 'th:c').traceState?.get('ot')).toBe('th:0')
    sampler.configure({ share: 0.01 }, true)
    expect(start(true, 'th:c').traceState?.get('ot'), 'and never breaks a trace').toBe('th:c')
    expect(tracer.startSpan('s', {}, remote(true, LOW)).isRecording()).toBe(true)
    sampler.configure({})
    expect(start(false).traceFlags & 1).toBe(0)
  })

  it('goes back to what the process was configured with', () => {
    const { sampler } = setUp({}, { share: 0.25, announces: true })
    expect(sampler.threshold?.text).toBe('c')
    sampler.configure({ share: 0.5 })
    expect(sampler.threshold?.text).toBe('8')
    sampler.configure({})
    expect(sampler.threshold?.text).toBe('c')
  })
})

describe('RateShare', () => {
  it('keeps everything below the rate and the first one at once', () => {
    const rate = new RateShare(10, 0)
    expect(rate.next(0)).toBe(1)
    for (let i = 1; i < 100; i++) expect(rate.next(i * 200)).toBe(1)
    expect(new RateShare(0, 0).next(5)).toBe(0)
  })

  it('never above the limit it is given', () => {
    const rate = new RateShare(1e9, 0)
    for (let i = 0; i < 100; i++) expect(rate.next(i, 0.25)).toBeLessThanOrEqual(0.25)
  })
})

it('rare are the first of each operation in a minute; endless names are not', () => {
  const rare = new RareOperations(2)
  expect([0, 1, 2].map((ms) => rare.isRare('a', ms))).toEqual([true, true, false])
  expect(rare.isRare('b', 59_999)).toBe(true)
  expect(rare.isRare('a', 60_000)).toBe(true)
  for (let i = 0; i < 1999; i++) expect(rare.isRare(`name ${i}`, 60_001)).toBe(true)
  expect(rare.isRare('one more', 60_002)).toBe(false)
})
