import type { AttributeBlock } from '../tracer/attribute-block.ts'
import type { RecordingSpan } from '../tracer/recording-span.ts'
import type { EventRecord, LinkRecord } from '../tracer/span-record.ts'
import { wordAt } from '../tracer/ids.ts'
import type { ProtobufAppender } from './protobuf-appender.ts'

// Field numbers of opentelemetry.proto.trace.v1, with their wire types, as tag bytes.
const SPANS = 0x12
const TRACE_ID = 0x0a
const SPAN_ID = 0x12
const TRACE_STATE = 0x1a
const PARENT_SPAN_ID = 0x22
const NAME = 0x2a
const KIND = 0x30
const START = 0x39
const END = 0x41
const ATTRIBUTES = 0x4a
const DROPPED_ATTRIBUTES = 0x50
const EVENTS = 0x5a
const DROPPED_EVENTS = 0x60
const LINKS = 0x6a
const DROPPED_LINKS = 0x70
const STATUS = 0x7a
/** Field 16 takes two tag bytes. */
const FLAGS = [0x85, 0x01] as const

const EVENT = { time: 0x09, name: 0x12, attributes: 0x1a, dropped: 0x20 } as const
const LINK = { traceId: 0x0a, spanId: 0x12, state: 0x1a, attributes: 0x22, dropped: 0x28, flags: 0x35 } as const
const STATUS_MESSAGE = 0x12
const STATUS_CODE = 0x18

const HAS_IS_REMOTE = 0x100
const IS_REMOTE = 0x200

/** Appends an ended span as one `spans` entry of a ScopeSpans message. */
export function appendSpan(out: ProtobufAppender, span: RecordingSpan): void {
  const mark = out.openLong(SPANS)
  out.bytes16(TRACE_ID, span.trace0, span.trace1, span.trace2, span.trace3)
  out.bytes8(SPAN_ID, span.span0, span.span1)
  if (span.traceState !== undefined) out.string(TRACE_STATE, span.traceState.serialize())
  if ((span.parent0 | span.parent1) !== 0) out.bytes8(PARENT_SPAN_ID, span.parent0, span.parent1)
  out.string(NAME, typeof span.name === 'string' ? span.name : String(span.name))
  // The API counts kinds from zero, the protocol has zero for "unspecified".
  out.uint32(KIND, span.kind + 1)
  out.time(START, span.startSeconds, span.startNanos)
  out.time(END, span.endSeconds, span.endNanos)
  if (span.block !== undefined) appendBlock(out, span.block)
  appendAttributes(out, ATTRIBUTES, span.flat)
  if (span.droppedAttributes > 0) out.uint32(DROPPED_ATTRIBUTES, span.droppedAttributes)
  if (span.events !== undefined) for (const event of span.events) appendEvent(out, event)
  if (span.droppedEvents > 0) out.uint32(DROPPED_EVENTS, span.droppedEvents)
  if (span.links !== undefined) for (const link of span.links) appendLink(out, link)
  if (span.droppedLinks > 0) out.uint32(DROPPED_LINKS, span.droppedLinks)
  if (span.statusCode !== 0) appendStatus(out, span)
  out.byte(FLAGS[0])
  out.fixed32(FLAGS[1], (span.traceFlags & 0xff) | HAS_IS_REMOTE | (span.parentIsRemote ? IS_REMOTE : 0))
  out.closeLong(mark)
}

/** Appends what spans share: the second one that does leaves the bytes for the next. */
function appendBlock(out: ProtobufAppender, block: AttributeBlock): void {
  if (block.encoded !== undefined) return out.raw(block.encoded)
  const start = out.length
  appendAttributes(out, ATTRIBUTES, block.flat)
  if (block.used) block.encoded = out.copyFrom(start)
  block.used = true
}

/** Appends keys and values in turn as KeyValue fields. A null value becomes an empty AnyValue. */
export function appendAttributes(out: ProtobufAppender, tag: number, flat: readonly unknown[]): void {
  for (let i = 0; i < flat.length; i += 2) out.keyValue(tag, flat[i] as string, flat[i + 1])
}

function appendEvent(out: ProtobufAppender, event: EventRecord): void {
  const mark = out.openLong(EVENTS)
  out.time(EVENT.time, event.seconds, event.nanos)
  out.string(EVENT.name, typeof event.name === 'string' ? event.name : String(event.name))
  appendAttributes(out, EVENT.attributes, event.flat)
  if (event.dropped > 0) out.uint32(EVENT.dropped, event.dropped)
  out.closeLong(mark)
}

function appendLink(out: ProtobufAppender, { context, flat, dropped }: LinkRecord): void {
  const { traceId, spanId, traceState, traceFlags, isRemote } = context
  const mark = out.openLong(LINKS)
  out.bytes16(LINK.traceId, wordAt(traceId, 0), wordAt(traceId, 8), wordAt(traceId, 16), wordAt(traceId, 24))
  out.bytes8(LINK.spanId, wordAt(spanId, 0), wordAt(spanId, 8))
  if (traceState !== undefined) out.string(LINK.state, traceState.serialize())
  appendAttributes(out, LINK.attributes, flat)
  if (dropped > 0) out.uint32(LINK.dropped, dropped)
  out.fixed32(LINK.flags, (traceFlags & 0xff) | HAS_IS_REMOTE | (isRemote === true ? IS_REMOTE : 0))
  out.closeLong(mark)
}

function appendStatus(out: ProtobufAppender, span: RecordingSpan): void {
  const mark = out.openLong(STATUS)
  if (span.statusMessage !== '') out.string(STATUS_MESSAGE, span.statusMessage)
  out.uint32(STATUS_CODE, span.statusCode)
  out.closeLong(mark)
}
