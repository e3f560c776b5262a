import { trace, TraceFlags, ROOT_CONTEXT, createTraceState, type Context } from '@opentelemetry/api'
import { ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { TracerProvider, type ReadableSpan } from '@opentelemetry/sdk-trace'
import type { OtlpSink, SinkSpan } from '@clew/testkit/otlp-sink'
import { OtlpTransport } from '../otlp-transport.ts'
import { TracePipeline } from '../pipeline/trace-pipeline.ts'
import { FastTracerProvider } from '../tracer/fast-tracer-provider.ts'
import { Sampler } from '../tracer/sampler.ts'
import { DEFAULT_SPAN_LIMITS, type SpanLimits } from '../tracer/span-limits.ts'
import type { SpanOperation, SpanProgram } from './span-operations.ts'

const REMOTE = {
  traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
  spanId: '00f067aa0ba902b7',
  traceFlags: TraceFlags.SAMPLED,
  isRemote: true,
  traceState: createTraceState('vendor=1,ot=th:8'),
}

const RESOURCE = resourceFromAttributes({ 'service.name': 'proof', list: ['a', 'b'], count: 3, share: 0.5 })

/** Runs the operations with the SDK's tracer and with ours; what arrives of each, in the order in which spans ended. */
export async function runWithBoth(
  operations: readonly SpanOperation[],
  sink: OtlpSink,
  belowRemote: boolean,
  limits: SpanLimits = DEFAULT_SPAN_LIMITS,
): Promise<{ readonly sdk: SinkSpan[]; readonly ours: SinkSpan[] }> {
  const root: Context = belowRemote ? trace.setSpanContext(ROOT_CONTEXT, REMOTE) : ROOT_CONTEXT
  const transport = new OtlpTransport({
    url: `${sink.url}/v1/traces`,
    headers: async () => ({ 'content-type': 'application/x-protobuf' }),
    compression: 'none',
    timeoutMs: 10_000,
    maxQueuedBytes: 64 << 20,
  })

  const ended: ReadableSpan[] = []
  const sdk = new TracerProvider({
    resource: RESOURCE,
    spanLimits: {
      attributeCountLimit: limits.attributeCount,
      attributeValueLengthLimit: limits.attributeValueLength,
      eventCountLimit: limits.eventCount,
      linkCountLimit: limits.linkCount,
      attributePerEventCountLimit: limits.attributesPerEvent,
      attributePerLinkCountLimit: limits.attributesPerLink,
    },
    spanProcessors: [
      {
        onStart: () => undefined,
        onEnd: (span) => void ended.push(span),
        forceFlush: async () => undefined,
        shutdown: async () => undefined,
      },
    ],
  })
  perform(sdk, operations, root)
  if (ended.length > 0) transport.enqueue(ProtobufTraceSerializer.serializeRequest(ended)!)
  await transport.drained()
  const fromSdk = sink.spans.splice(0)

  const sampler = new Sampler({ share: 1, parentBased: true, announces: false })
  const pipeline = new TracePipeline({
    transport,
    sampler,
    maxBytes: 32 << 20,
    maxSpans: Number.POSITIVE_INFINITY,
    requestBytes: 16 << 20,
    requestSpans: 10_000,
    delayMs: 60_000,
  })
  pipeline.resource = RESOURCE
  const sinkOf = pipeline.sinkOf.bind(pipeline)
  const ours = new FastTracerProvider({ sampler, limits, sinkOf, flush: () => pipeline.drain() })
  perform(ours, operations, root)
  await ours.forceFlush()
  return { sdk: fromSdk, ours: sink.spans.splice(0) }
}

function perform(
  provider: { getTracer(name: string, version?: string, options?: { schemaUrl?: string }): SpanProgram['tracers'][0] },
  operations: readonly SpanOperation[],
  root: Context,
): void {
  const tracers = [
    provider.getTracer('first', '1.2.3', { schemaUrl: 'https://example.com/1' }),
    provider.getTracer('Ω'),
  ]
  const program: SpanProgram = { tracers, root, spans: [] }
  for (const operation of operations) operation(program)
}
