import { describe, expect, it } from 'vitest'
import { Batch } from '../batch.ts'
import { decode } from '../decode.ts'
import type { Span } from '../model.ts'
import { LoadGenerator } from './load-generator.ts'

const NOW = 1_800_000_000_123_456_789n

function spansOf(bytes: Uint8Array): Span[] {
  const request = decode('traces', Batch.fromProtobuf('traces', bytes))
  return request.resourceSpans!.flatMap((group) => group.scopeSpans!.flatMap((scope) => scope.spans!))
}

describe('LoadGenerator', () => {
  it('makes whole, well-nested, realistic traces', () => {
    const load = new LoadGenerator({ seed: 7, spansPerRequest: 300, templates: 3 })
    for (let i = 0; i < 6; i++) {
      const request = load.nextTraces(NOW)
      const spans = spansOf(request.bytes)
      expect(spans.length).toBe(request.itemCount)
      const byId = new Map(spans.map((span) => [span.spanId!, span]))
      expect(byId.size).toBe(spans.length)
      let latest = 0n
      for (const span of spans) {
        expect(span.attributes).toHaveLength(12)
        expect(span.endTimeUnixNano! >= span.startTimeUnixNano!).toBe(true)
        if (span.endTimeUnixNano! > latest) latest = span.endTimeUnixNano!
        if (span.parentSpanId === undefined) continue
        const parent = byId.get(span.parentSpanId)!
        expect(parent.traceId).toBe(span.traceId)
        expect(span.startTimeUnixNano! >= parent.startTimeUnixNano!).toBe(true)
        if (span.kind !== 5) expect(span.endTimeUnixNano! <= parent.endTimeUnixNano!).toBe(true)
      }
      expect(latest).toBe(NOW)
      const bytesPerSpan = request.bytes.length / spans.length
      expect(bytesPerSpan).toBeGreaterThan(450)
      expect(bytesPerSpan).toBeLessThan(700)
      const traces = new Set(spans.map((span) => span.traceId)).size
      expect(spans.length / traces).toBeGreaterThan(5)
    }
  })

  it('never gives the same ids twice and is the same for the same seed', () => {
    const first = new LoadGenerator({ seed: 1, spansPerRequest: 50, templates: 2 })
    const second = new LoadGenerator({ seed: 1, spansPerRequest: 50, templates: 2 })
    const seen = new Set<string>()
    for (let i = 0; i < 8; i++) {
      const request = first.nextTraces(NOW)
      expect(second.nextTraces(NOW).bytes).toEqual(request.bytes)
      for (const span of spansOf(request.bytes)) {
        expect(seen.has(span.spanId!)).toBe(false)
        seen.add(span.spanId!)
      }
    }
  })

  it('makes logs that belong to the spans', () => {
    const load = new LoadGenerator({ seed: 3, spansPerRequest: 50 })
    const { traces, logs } = load.nextTracesAndLogs(NOW)
    const ids = new Set(spansOf(traces.bytes).map((span) => `${span.traceId}/${span.spanId}`))
    const batch = Batch.fromProtobuf('logs', logs.bytes)
    expect(batch.itemCount).toBe(logs.itemCount)
    const records = decode('logs', batch).resourceLogs!.flatMap((group) => group.scopeLogs![0]!.logRecords!)
    expect(records.length).toBeGreaterThan(10)
    for (const record of records) expect(ids.has(`${record.traceId}/${record.spanId}`)).toBe(true)
  })

  it.each([1, 3, 7, 100])('spreads its traces over %i services', (services) => {
    const load = new LoadGenerator({ seed: 2, spansPerRequest: 1000, templates: 1, services })
    const names = new Set<string>()
    for (let i = 0; i < 10; i++) {
      const request = decode('traces', Batch.fromProtobuf('traces', load.nextTraces(NOW).bytes))
      for (const { resource } of request.resourceSpans!) {
        names.add(resource!.attributes!.find(({ key }) => key === 'service.name')!.value!.stringValue!)
      }
    }
    expect(names.size).toBe(services)
  })

  it('adds as many attribute keys as asked for, four of them to a span', () => {
    const load = new LoadGenerator({ seed: 2, spansPerRequest: 100, templates: 1, attributeKeys: 1000 })
    const keys = new Set<string>()
    for (let i = 0; i < 8; i++) {
      for (const span of spansOf(load.nextTraces(NOW).bytes)) {
        expect(span.attributes).toHaveLength(16)
        for (const { key } of span.attributes!) if (key!.startsWith('app.key.')) keys.add(key!)
      }
    }
    expect(keys.size).toBe(1000)
  })
})
