import { ROOT_CONTEXT } from '@opentelemetry/api'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { afterEach, describe, expect, it } from 'vitest'
import { OtlpSink } from '@clew/testkit/otlp-sink'
import { OtlpTransport } from '../otlp-transport.ts'
import { AttributeBlock } from '../tracer/attribute-block.ts'
import { FastTracerProvider } from '../tracer/fast-tracer-provider.ts'
import type { RecordingSpan } from '../tracer/recording-span.ts'
import { Sampler } from '../tracer/sampler.ts'
import { DEFAULT_SPAN_LIMITS } from '../tracer/span-limits.ts'
import { startWithBlock } from '../tracer/start-attributes.ts'
import { TracePipeline, type TracePipelineOptions } from './trace-pipeline.ts'

const sinks: OtlpSink[] = []
afterEach(async () => {
  for (const sink of sinks.splice(0)) await sink.close()
})

async function setUp(more: Partial<TracePipelineOptions> = {}, respond?: (path: string) => number) {
  const sink = await OtlpSink.start(respond)
  sinks.push(sink)
  const transport = new OtlpTransport({
    url: `${sink.url}/v1/traces`,
    headers: async () => ({ 'content-type': 'application/x-protobuf' }),
    compression: 'gzip',
    timeoutMs: 10_000,
    maxInFlight: 4,
    maxQueuedBytes: 1 << 30,
  })
  const sampler = new Sampler({ share: 1, parentBased: true, announces: false })
  const pipeline = new TracePipeline({
    transport,
    sampler,
    maxBytes: 1 << 20,
    maxSpans: Number.POSITIVE_INFINITY,
    requestBytes: 1 << 16,
    requestSpans: 1000,
    delayMs: 60_000,
    ...more,
  })
  pipeline.resource = resourceFromAttributes({ 'service.name': 'pipe' })
  const provider = new FastTracerProvider({
    sampler,
    limits: DEFAULT_SPAN_LIMITS,
    sinkOf: (scope) => pipeline.sinkOf(scope),
    flush: () => pipeline.drain(),
  })
  const tracer = provider.getTracer('t')
  const end = (count: number, bytes = 100): void => {
    for (let i = 0; i < count; i++) {
      tracer.startSpan(`s${i}`, { attributes: { text: 'x'.repeat(bytes) } }, ROOT_CONTEXT).end()
    }
  }
  return { sink, transport, sampler, pipeline, provider, end }
}

describe('TracePipeline', () => {
  it('sends what spans share with each of them, and a span that changes a part of it alone', async () => {
    const { sink, provider } = await setUp()
    const block = new AttributeBlock(['shared', 'yes', 'number', 7])
    const spans = Array.from({ length: 5 }, (_, i) => provider.getTracer('t').startSpan(`s${i}`, {}, ROOT_CONTEXT))
    for (const [i, span] of spans.entries()) {
      expect(startWithBlock(span as RecordingSpan, block, ['own', i])).toBe(true)
      if (i === 2) span.setAttribute('shared', 'changed').setAttribute('more', true)
      span.end()
    }
    await provider.forceFlush()
    expect(sink.spans.map(({ values }) => values)).toEqual([
      { shared: 'yes', number: 7, own: 0 },
      { shared: 'yes', number: 7, own: 1 },
      { shared: 'changed', number: 7, own: 2, more: true },
      { shared: 'yes', number: 7, own: 3 },
      { shared: 'yes', number: 7, own: 4 },
    ])
    expect((spans[2] as RecordingSpan).attributes).toEqual({ shared: 'changed', number: 7, own: 2, more: true })
    expect((spans[3] as RecordingSpan).attributes).toEqual({ shared: 'yes', number: 7, own: 3 })
  })

  it('sends everything, in requests of the size asked for, several at a time', async () => {
    const { sink, pipeline, transport, provider, end } = await setUp({ maxBytes: 1 << 26 })
    end(5000)
    await provider.forceFlush()
    expect(sink.spans).toHaveLength(5000)
    expect(new Set(sink.spans.map((span) => span.spanId)).size).toBe(5000)
    expect(sink.requests.length).toBeGreaterThan(10)
    expect(sink.requests.every((request) => request.headers['content-encoding'] === 'gzip')).toBe(true)
    expect([pipeline.takenSpans, pipeline.droppedSpans, pipeline.waitingBytes]).toEqual([5000, 0, 0])
    expect([transport.sentItems, transport.droppedItems, transport.queuedItems]).toEqual([5000, 0, 0])
  })

  it('sends by age without being asked', async () => {
    const { sink, end } = await setUp({ delayMs: 1 })
    end(1)
    await sink.waitFor(() => sink.spans[0], 'span by age')
  })

  it('never holds more than its bytes: keeps fewer traces first, then drops and counts', async () => {
    const { sampler, pipeline, end } = await setUp({ maxBytes: 200_000, requestBytes: 10_000 }, () => 503)
    end(400, 200)
    const keepWhileFilling = sampler.keep
    expect(keepWhileFilling).toBeLessThan(1)
    expect(pipeline.droppedSpans).toBe(0)
    sampler.keep = 1
    end(2000, 200)
    expect(pipeline.droppedSpans + pipeline.takenSpans).toBeLessThanOrEqual(2400)
    for (let i = 0; i < 20_000 && pipeline.droppedSpans === 0; i++) {
      sampler.keep = 1
      end(1, 200)
    }
    expect(pipeline.droppedSpans).toBeGreaterThan(0)
    expect(pipeline.waitingBytes).toBeLessThanOrEqual(200_000 + 2000)
  })

  it('keeps all traces again when the backend has caught up', async () => {
    const { sink, sampler, provider, pipeline, end } = await setUp({
      maxBytes: 100_000,
      requestBytes: 5000,
      delayMs: 1,
    })
    end(400, 200)
    expect(sampler.keep).toBeLessThan(1)
    await provider.forceFlush()
    await expect.poll(() => sampler.keep, { timeout: 20_000 }).toBe(1)
    expect(sink.spans).toHaveLength(pipeline.takenSpans)
    const reduced = sink.spans.filter((span) => span.traceState !== undefined && span.traceState !== '')
    expect(reduced.every((span) => /^ot=th:[0-9a-f]+$/.test(span.traceState ?? ''))).toBe(true)
  })

  it('bounds spans where that is asked for', async () => {
    const { pipeline, end } = await setUp({ maxSpans: 10, requestSpans: 5 }, () => 503)
    end(30)
    expect([pipeline.takenSpans, pipeline.droppedSpans]).toEqual([10, 20])
  })

  it('counts what the backend refuses', async () => {
    const { transport, provider, end } = await setUp({}, () => 400)
    end(7)
    await provider.forceFlush()
    expect([transport.droppedRequests, transport.droppedItems, transport.sentItems]).toEqual([1, 7, 0])
  })

  it('gives up one span that alone is too large, not the others', async () => {
    const { sink, pipeline, provider, end } = await setUp({ maxBytes: 100_000 })
    end(1)
    end(1, 200_000)
    end(1)
    await provider.forceFlush()
    expect(sink.spans).toHaveLength(2)
    expect(pipeline.droppedSpans).toBe(1)
  })

  it('waits for a resource that is not known yet, but not at the end', async () => {
    const { sink, pipeline, transport, end } = await setUp({ delayMs: 1 })
    let know: (value: string) => void = () => undefined
    pipeline.resource = resourceFromAttributes({
      'service.name': 'late',
      'host.id': new Promise<string>((resolve) => (know = resolve)),
    })
    end(1)
    pipeline.flush()
    expect(transport.takePending()).toHaveLength(1)
    end(1)
    know('h1')
    await sink.waitFor(() => sink.requests[0], 'request after the resource')
    expect(sink.requests[0]?.resource).toEqual({ 'service.name': 'late', 'host.id': 'h1' })
  })
})
