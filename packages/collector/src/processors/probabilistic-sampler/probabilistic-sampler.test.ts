import { randomBytes } from 'node:crypto'
import { adjustedCount } from '@clew/otlp/adjusted-count'
import { decode } from '@clew/otlp/decode'
import { encodeBatch } from '@clew/otlp/encode'
import type { LogRecord, Span } from '@clew/otlp/model'
import { describe, expect, test } from 'vitest'
import { checkSchema } from '../../config/check-schema.ts'
import { parseYaml } from '../../config/parse-yaml.ts'
import { contextFor } from '../../testdata/context.ts'
import { MemoryConsumer } from '../../testdata/memory-consumer.ts'
import { probabilisticSamplerSchema } from './config.ts'
import { fnv1a32 } from './fnv.ts'
import { ProbabilisticSampler } from './probabilistic-sampler.ts'
import { formatThreshold, probabilityOf, thresholdOf } from './threshold.ts'
import { withThreshold } from './trace-state.ts'

async function sampleSpans(
  yaml: string,
  spans: Span[],
): Promise<{ kept: Span[]; dropped: { reason: string; count: number }[] }> {
  const { value, errors } = checkSchema(probabilisticSamplerSchema, parseYaml(yaml, 'c'), [])
  if (value === undefined) throw errors[0] ?? new Error('no value')
  const store = new MemoryConsumer()
  const { context, decisions } = contextFor('processor/probabilistic_sampler@traces')
  const sampler = new ProbabilisticSampler(value, context, 'traces', store)
  await sampler.consume(encodeBatch('traces', { resourceSpans: [{ scopeSpans: [{ spans }] }] }), {})
  const kept = store.batches.flatMap((batch) =>
    (decode('traces', batch).resourceSpans ?? [])
      .flatMap((one) => one.scopeSpans ?? [])
      .flatMap((one) => one.spans ?? []),
  )
  const dropped = decisions.component('processor/probabilistic_sampler@traces').droppedByReason()
  expect(kept.length + dropped.reduce((sum, row) => sum + row.count, 0)).toBe(spans.length)
  return { kept, dropped: dropped.map(({ reason, count }) => ({ reason, count })) }
}

async function sampleLogs(yaml: string, logRecords: LogRecord[]): Promise<LogRecord[]> {
  const { value, errors } = checkSchema(probabilisticSamplerSchema, parseYaml(yaml, 'c'), [])
  if (value === undefined) throw errors[0] ?? new Error('no value')
  const store = new MemoryConsumer()
  const sampler = new ProbabilisticSampler(value, contextFor('processor/x@logs').context, 'logs', store)
  await sampler.consume(encodeBatch('logs', { resourceLogs: [{ scopeLogs: [{ logRecords }] }] }), {})
  return store.batches.flatMap((batch) =>
    (decode('logs', batch).resourceLogs ?? [])
      .flatMap((one) => one.scopeLogs ?? [])
      .flatMap((one) => one.logRecords ?? []),
  )
}

const randomSpans = (count: number, more: Partial<Span> = {}): Span[] =>
  Array.from({ length: count }, () => ({ traceId: randomBytes(16).toString('hex'), name: 's', ...more }))

/** Five standard deviations around the expected number: a fair coin fails this once in millions of runs. */
function expectShare(kept: number, total: number, probability: number): void {
  const spread = 5 * Math.sqrt(total * probability * (1 - probability))
  expect(kept).toBeGreaterThanOrEqual(total * probability - spread)
  expect(kept).toBeLessThanOrEqual(total * probability + spread)
}

test('FNV-1a over bytes gives the published values', () => {
  // The seed is four zero bytes here, so the reference is the hash of those bytes and the text.
  expect(fnv1a32(0, Buffer.from(''))).toBe(0x4b95f515)
  expect(fnv1a32(0, Buffer.from('a'))).not.toBe(fnv1a32(1, Buffer.from('a')))
})

test.each([
  [1, '0'],
  [0.5, '8'],
  [0.25, 'c'],
  [0.01, 'fd70a'],
  [0.001, 'ffbe77'],
])('probability %d has the threshold %s', (probability, text) => {
  const threshold = thresholdOf(probability, 4)
  expect(formatThreshold(threshold)).toBe(text)
  expect(probabilityOf(threshold)).toBeCloseTo(probability, 6)
})

test.each([
  ['', 8n << 52n, 'ot=th:8'],
  ['a=1,b=2', 8n << 52n, 'ot=th:8,a=1,b=2'],
  ['a=1,ot=rv:0123456789abcd;th:c,b=2', 8n << 52n, 'ot=th:8;rv:0123456789abcd,a=1,b=2'],
  ['ot=th:c', undefined, ''],
  ['ot=th:c;x:y', undefined, 'ot=x:y'],
])('tracestate %j with a threshold', (before, threshold, after) => {
  expect(withThreshold(before, threshold)).toBe(after)
})

describe.each(['hash_seed', 'proportional', 'equalizing'])('%s', (mode) => {
  test.each([0, 5, 50, 100])('keeps about %d in a hundred', async (percentage) => {
    const { kept } = await sampleSpans(`{mode: ${mode}, sampling_percentage: ${percentage}}`, randomSpans(5000))
    expectShare(kept.length, 5000, percentage / 100)
    if (percentage === 0) expect(kept).toHaveLength(0)
    if (percentage === 100) expect(kept).toHaveLength(5000)
  })

  test('gives all spans of a trace the same answer', async () => {
    const traceIds = randomSpans(300).map((span) => span.traceId ?? '')
    const spans = traceIds.flatMap((traceId) => [
      { traceId, name: 'a' },
      { traceId, name: 'b' },
    ])
    const { kept } = await sampleSpans(`{mode: ${mode}, sampling_percentage: 30}`, spans)
    const names = new Map<string, Set<string>>()
    for (const span of kept) {
      const set = names.get(span.traceId ?? '') ?? new Set()
      names.set(span.traceId ?? '', set.add(span.name ?? ''))
    }
    for (const set of names.values()) expect(set.size).toBe(2)
  })

  test('sampling.priority overrides, as number or text', async () => {
    const spans = (priority: object): Span[] =>
      randomSpans(20, { attributes: [{ key: 'sampling.priority', value: priority }] })
    const config = `{mode: ${mode}, sampling_percentage: 1}`
    expect((await sampleSpans(config, spans({ intValue: 1n }))).kept).toHaveLength(20)
    expect((await sampleSpans(config, spans({ stringValue: '2' }))).kept).toHaveLength(20)
    const none = await sampleSpans(`{mode: ${mode}, sampling_percentage: 100}`, spans({ doubleValue: 0 }))
    expect(none.dropped).toEqual([{ reason: 'not sampled: sampling.priority is 0', count: 20 }])
  })

  test('a span without trace id is dropped, or kept with fail_closed: false', async () => {
    const spans = [{ name: 'lost' }]
    const closed = await sampleSpans(`{mode: ${mode}, sampling_percentage: 50}`, spans)
    expect(closed.dropped).toEqual([{ reason: 'not sampled: no trace id to decide by', count: 1 }])
    const open = await sampleSpans(`{mode: ${mode}, sampling_percentage: 50, fail_closed: false}`, spans)
    expect(open.kept).toHaveLength(1)
  })
})

test('collectors with one seed agree, with another they do not', async () => {
  const spans = randomSpans(500)
  const ids = async (seed: number): Promise<(string | undefined)[]> =>
    (await sampleSpans(`{sampling_percentage: 50, hash_seed: ${seed}}`, spans)).kept.map((span) => span.traceId)
  expect(await ids(7)).toEqual(await ids(7))
  expect(await ids(7)).not.toEqual(await ids(8))
})

test('hash_seed leaves spans as they are', async () => {
  const spans = randomSpans(10, { traceState: 'a=1' })
  expect((await sampleSpans('{sampling_percentage: 100}', spans)).kept).toEqual(spans)
})

describe('thresholds', () => {
  test('adjusted counts of what is kept add up to what came', async () => {
    const { kept } = await sampleSpans('{mode: proportional, sampling_percentage: 20}', randomSpans(10_000))
    const estimate = kept.reduce((sum, span) => sum + (adjustedCount(span.traceState ?? '') ?? Number.NaN), 0)
    expect(estimate / 10_000).toBeGreaterThan(0.85)
    expect(estimate / 10_000).toBeLessThan(1.15)
  })

  test('proportional multiplies with what arrived, equalizing never lowers it', async () => {
    // Randomness of all ones survives every threshold.
    const span = { traceId: 'f'.repeat(32), traceState: 'ot=th:c,x=y', name: 's' }
    const proportional = await sampleSpans('{mode: proportional, sampling_percentage: 50}', [span])
    expect(proportional.kept[0]?.traceState).toBe('ot=th:e,x=y')
    const weaker = await sampleSpans('{mode: equalizing, sampling_percentage: 50}', [span])
    expect(weaker.kept[0]?.traceState).toBe('ot=th:c,x=y')
    const stronger = await sampleSpans('{mode: equalizing, sampling_percentage: 12.5}', [span])
    expect(stronger.kept[0]?.traceState).toBe('ot=th:e,x=y')
  })

  test('explicit randomness decides, not the trace id', async () => {
    const low = { traceId: 'f'.repeat(32), traceState: 'ot=rv:00000000000000', name: 's' }
    expect((await sampleSpans('{mode: equalizing, sampling_percentage: 50}', [low])).kept).toHaveLength(0)
    const high = { traceId: '0'.repeat(31) + '1', traceState: 'ot=rv:ffffffffffffff', name: 's' }
    expect((await sampleSpans('{mode: equalizing, sampling_percentage: 50}', [high])).kept).toHaveLength(1)
  })

  test('a threshold that contradicts the randomness is not believed', async () => {
    const span = { traceId: '0'.repeat(18) + '9'.repeat(14), traceState: 'ot=th:f', name: 's' }
    const { kept } = await sampleSpans('{mode: equalizing, sampling_percentage: 50}', [span])
    expect(kept[0]?.traceState).toBe('ot=th:8')
  })

  test('every other field of the span survives', async () => {
    const span: Span = {
      traceId: 'f'.repeat(32),
      spanId: '1'.repeat(16),
      parentSpanId: '2'.repeat(16),
      traceState: 'x=y',
      flags: 1,
      name: 's',
      kind: 2,
      startTimeUnixNano: 1n,
      endTimeUnixNano: 2n ** 63n,
      attributes: [{ key: 'a', value: { stringValue: 'b' } }],
      events: [{ name: 'e', timeUnixNano: 5n }],
      links: [{ traceId: '3'.repeat(32), spanId: '4'.repeat(16) }],
      status: { code: 2, message: 'm' },
    }
    const { kept } = await sampleSpans('{mode: equalizing, sampling_percentage: 50}', [span])
    expect(kept).toEqual([{ ...span, traceState: 'ot=th:8,x=y' }])
  })
})

describe('logs', () => {
  const records = (count: number, more: Partial<LogRecord> = {}): LogRecord[] =>
    Array.from({ length: count }, () => ({ traceId: randomBytes(16).toString('hex'), ...more }))

  test('are sampled by trace id and told their threshold', async () => {
    const kept = await sampleLogs('{mode: equalizing, sampling_percentage: 50}', records(2000))
    expectShare(kept.length, 2000, 0.5)
    expect(kept[0]?.attributes?.[0]).toEqual({ key: 'sampling.threshold', value: { stringValue: '8' } })
    expect(kept[0]?.attributes?.[1]?.value?.stringValue).toBe(kept[0]?.traceId?.slice(18))
  })

  test('are sampled by an attribute', async () => {
    const config = '{sampling_percentage: 50, attribute_source: record, from_attribute: order}'
    const list = Array.from({ length: 2000 }, (_, i) => ({
      attributes: [{ key: 'order', value: { intValue: BigInt(i) } }],
    }))
    expectShare((await sampleLogs(config, list)).length, 2000, 0.5)
    expect(await sampleLogs(config, [{ body: { stringValue: 'no order' } }])).toHaveLength(0)
  })

  test('may bring a percentage of their own', async () => {
    const own = { attributes: [{ key: 'priority', value: { intValue: 100n } }] }
    const config = '{sampling_percentage: 0, sampling_priority: priority}'
    expect(await sampleLogs(config, records(50, own))).toHaveLength(50)
    expect(await sampleLogs(config, records(50))).toHaveLength(0)
  })
})
