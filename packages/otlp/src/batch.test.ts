import { describe, expect, it } from 'vitest'
import { Batch } from './batch.ts'
import { decode } from './decode.ts'
import { encode, encodeBatch, encodeBody } from './encode.ts'
import type { TracesRequest } from './model.ts'
import { keyBytes } from './views/attributes-view.ts'
import { SpanEventView } from './views/span-event-view.ts'
import { SpanLinkView } from './views/span-link-view.ts'
import { SpanView } from './views/span-view.ts'
import { ScopeView } from './views/scope-view.ts'
import { ResourceView } from './views/resource-view.ts'
import { VALUE_INT, VALUE_STRING } from './views/value-view.ts'

const request: TracesRequest = {
  resourceSpans: [
    {
      resource: { attributes: [{ key: 'service.name', value: { stringValue: 'orders' } }], droppedAttributesCount: 1 },
      scopeSpans: [
        {
          scope: { name: 'http', version: '1.2.3' },
          spans: [
            {
              traceId: '0102030405060708090a0b0c0d0e0f10',
              spanId: '1112131415161718',
              parentSpanId: '2122232425262728',
              traceState: 'ot=th:8',
              flags: 0x301,
              name: 'GET /orders/{id}',
              kind: 2,
              startTimeUnixNano: 1_700_000_000_123_456_789n,
              endTimeUnixNano: 1_700_000_000_223_456_790n,
              attributes: [
                { key: 'http.request.method', value: { stringValue: 'GET' } },
                { key: 'big', value: { intValue: -9_223_372_036_854_775_808n } },
                { key: 'none' },
              ],
              droppedAttributesCount: 4,
              events: [
                { timeUnixNano: 5n, name: 'exception', attributes: [{ key: 'k', value: { boolValue: false } }] },
              ],
              droppedEventsCount: 5,
              links: [{ traceId: 'ff'.repeat(16), spanId: 'ee'.repeat(8), traceState: 'a=b', flags: 7 }],
              droppedLinksCount: 6,
              status: { message: 'it broke', code: 2 },
            },
            { name: 'second' },
          ],
          schemaUrl: 'https://opentelemetry.io/schemas/1.30.0',
        },
        { spans: [{ name: 'third' }] },
      ],
      schemaUrl: 'https://example.com/resource',
    },
    { scopeSpans: [{ spans: [{ name: 'fourth' }] }] },
  ],
}

describe('Batch', () => {
  it('keeps the bytes it came in and finds every part', () => {
    const bytes = encode('traces', request)
    const batch = Batch.fromProtobuf('traces', bytes)
    expect(batch.toProtobuf()).toBe(bytes)
    expect(batch.byteLength).toBe(bytes.length)
    expect([batch.itemCount, batch.pointCount, batch.scopeCount, batch.resourceCount]).toEqual([4, 4, 3, 2])
    expect([...batch.itemScope]).toEqual([0, 0, 1, 2])
    expect([...batch.scopeResource]).toEqual([0, 0, 1])
    expect(batch.scopeSchemaUrl(0)).toBe('https://opentelemetry.io/schemas/1.30.0')
    expect(batch.scopeSchemaUrl(1)).toBe('')
    expect(batch.resourceSchemaUrl(0)).toBe('https://example.com/resource')
    expect(decode('traces', batch)).toEqual(request)
  })

  it('shows a span, its scope and its resource through views', () => {
    const batch = encodeBatch('traces', request)
    const span = new SpanView().bind(batch)
    span.seek(0)
    expect(span.traceIdHex()).toBe('0102030405060708090a0b0c0d0e0f10')
    expect(span.spanIdHex()).toBe('1112131415161718')
    expect(span.parentSpanIdHex()).toBe('2122232425262728')
    expect([span.name(), span.traceState(), span.statusMessage()]).toEqual(['GET /orders/{id}', 'ot=th:8', 'it broke'])
    expect([span.kind, span.statusCode, span.flags]).toEqual([2, 2, 0x301])
    expect([span.droppedAttributes, span.droppedEvents, span.droppedLinks]).toEqual([4, 5, 6])
    expect(span.startNanos()).toBe(1_700_000_000_123_456_789n)
    expect(span.endNanos()).toBe(1_700_000_000_223_456_790n)
    expect(span.durationNanos()).toBe(100_000_001)
    const attributes = span.attributes
    expect(attributes.count).toBe(3)
    attributes.seek(1)
    expect([attributes.key(), attributes.value.type, attributes.value.int()]).toEqual(['big', VALUE_INT, -(2n ** 63n)])
    expect(attributes.find(keyBytes('http.request.method'))).toBe(true)
    expect([attributes.value.type, attributes.value.text()]).toEqual([VALUE_STRING, 'GET'])
    expect(attributes.find(keyBytes('absent'))).toBe(false)
    const event = new SpanEventView()
    event.seek(span, 0)
    expect([event.name(), event.timeNanos(), event.attributes.count]).toEqual(['exception', 5n, 1])
    const link = new SpanLinkView()
    link.seek(span, 0)
    expect([link.traceIdHex(), link.spanIdHex(), link.traceState(), link.flags]).toEqual([
      'ff'.repeat(16),
      'ee'.repeat(8),
      'a=b',
      7,
    ])
    expect(span.toModel()).toEqual(request.resourceSpans![0]!.scopeSpans![0]!.spans![0])
    span.seek(1)
    expect([span.traceIdHex(), span.name(), span.attributes.count, span.links.count]).toEqual(['', 'second', 0, 0])
    const scope = new ScopeView()
    scope.seek(batch, 0)
    expect([scope.name(), scope.version()]).toEqual(['http', '1.2.3'])
    const resource = new ResourceView()
    resource.seek(batch, 0)
    resource.attributes.seek(0)
    expect([resource.attributes.key(), resource.droppedAttributes]).toEqual(['service.name', 1])
  })

  it('makes an edited batch and leaves the old one alone', () => {
    const batch = encodeBatch('traces', request)
    const editor = batch.edit()
    editor.dropItem(0)
    editor.dropItem(2)
    editor.replaceItem(1, encodeBody('Span', { name: 'changed' }))
    editor.replaceResource(1, encodeBody('Resource', { attributes: [{ key: 'a', value: { stringValue: 'b' } }] }))
    const edited = editor.finish()
    expect(decode('traces', edited)).toEqual({
      resourceSpans: [
        {
          resource: request.resourceSpans![0]!.resource,
          scopeSpans: [
            {
              scope: { name: 'http', version: '1.2.3' },
              spans: [{ name: 'changed' }],
              schemaUrl: 'https://opentelemetry.io/schemas/1.30.0',
            },
          ],
          schemaUrl: 'https://example.com/resource',
        },
        {
          resource: { attributes: [{ key: 'a', value: { stringValue: 'b' } }] },
          scopeSpans: [{ spans: [{ name: 'fourth' }] }],
        },
      ],
    })
    expect(edited.byteLength).toBe(edited.toProtobuf().length)
    expect(edited.toProtobuf()).toBe(edited.toProtobuf())
    expect(decode('traces', batch)).toEqual(request)
    const again = edited.edit()
    again.replaceItem(1, encodeBody('Span', { name: 'twice' }))
    const view = new SpanView().bind(again.finish())
    view.seek(0)
    expect(view.name()).toBe('changed')
    view.seek(1)
    expect(view.name()).toBe('twice')
    expect(batch.edit().finish()).toBe(batch)
  })
})
