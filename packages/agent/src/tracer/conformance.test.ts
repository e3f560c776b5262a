import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { OtlpSink, type SinkSpan } from '@clew/testkit/otlp-sink'
import { spanOperations } from '../testdata/span-operations.ts'
import { runWithBoth } from '../testdata/two-tracers.ts'
import { DEFAULT_SPAN_LIMITS } from './span-limits.ts'

let sink: OtlpSink

beforeAll(async () => {
  sink = await OtlpSink.start()
})
afterAll(() => sink.close())

const RANDOM_FLAG = 2

/** Spans with what is random replaced by where it first appears, and what may be left out in OTLP left out. */
function comparable(spans: readonly SinkSpan[]): unknown[] {
  const byScope = spans.toSorted((a, b) => a.scope.localeCompare(b.scope))
  const spanIds = new Map(byScope.map((span, index) => [span.spanId, `span ${index}`]))
  const traceIds = new Map<string | undefined, string>()
  const fixed = '4bf92f3577b34da6a3ce929d0e0e4736'
  return byScope.map((span) => {
    if (!traceIds.has(span.traceId)) traceIds.set(span.traceId, span.traceId === fixed ? fixed : `${traceIds.size}`)
    const { parentSpanId = '', values: _values, attributes = [], events = [], links = [], status, ...rest } = span
    return {
      ...rest,
      traceId: traceIds.get(span.traceId),
      spanId: spanIds.get(span.spanId),
      parentSpanId:
        spanIds.get(parentSpanId) ?? (parentSpanId === '00f067aa0ba902b7' ? parentSpanId : parentSpanId !== ''),
      traceState: span.traceState ?? '',
      // Ours says that its trace ids are random; the SDK does not know the flag yet.
      flags: (span.flags ?? 0) & ~RANDOM_FLAG,
      attributes: sorted(attributes),
      droppedAttributesCount: span.droppedAttributesCount ?? 0,
      events: events.map((event) => ({
        ...event,
        droppedAttributesCount: event.droppedAttributesCount ?? 0,
        attributes: sorted(event.attributes ?? []),
      })),
      droppedEventsCount: span.droppedEventsCount ?? 0,
      links: links.map((link) => ({
        ...link,
        droppedAttributesCount: link.droppedAttributesCount ?? 0,
        attributes: sorted(link.attributes ?? []),
      })),
      droppedLinksCount: span.droppedLinksCount ?? 0,
      status: { code: status?.code ?? 0, message: status?.message ?? '' },
    }
  })
}

function sorted<T extends { key?: string }>(attributes: readonly T[]): T[] {
  return attributes.toSorted((a, b) => ((a.key ?? '') < (b.key ?? '') ? -1 : 1))
}

describe('the same program under the SDK and under our tracer', () => {
  it.each([
    ['with the usual limits', DEFAULT_SPAN_LIMITS],
    [
      'with narrow limits',
      {
        attributeCount: 4,
        attributeValueLength: 7,
        eventCount: 2,
        linkCount: 2,
        attributesPerEvent: 2,
        attributesPerLink: 1,
      },
    ],
    ['with no events and links', { ...DEFAULT_SPAN_LIMITS, eventCount: 0, linkCount: 0, attributeCount: 0 }],
  ])(
    'gives the same spans %s',
    async (_name, limits) => {
      const seen = { spans: 0, attributes: 0, events: 0, links: 0, dropped: 0 }
      await fc.assert(
        fc.asyncProperty(spanOperations, fc.boolean(), async (operations, belowRemote) => {
          const { sdk, ours } = await runWithBoth(operations, sink, belowRemote, limits)
          expect(comparable(ours)).toEqual(comparable(sdk))
          for (const span of sdk) {
            seen.spans++
            seen.attributes += span.attributes?.length ?? 0
            seen.events += span.events?.length ?? 0
            seen.links += span.links?.length ?? 0
            seen.dropped += span.droppedAttributesCount ?? 0
            seen.dropped += (span.droppedEventsCount ?? 0) + (span.droppedLinksCount ?? 0)
          }
        }),
        { numRuns: 100 },
      )
      // A comparison of nothing would prove nothing.
      expect(seen.spans).toBeGreaterThan(100)
      const { eventCount, attributeCount } = limits
      if (eventCount > 0) expect(Math.min(seen.attributes, seen.events, seen.links)).toBeGreaterThan(50)
      if (attributeCount < 100) expect(seen.dropped).toBeGreaterThan(50)
    },
    120_000,
  )
})
