import type { Attributes } from '@opentelemetry/api'
import type { InstrumentationScope } from '../tracer/fast-tracer-provider.ts'
import { ProtobufAppender } from './protobuf-appender.ts'
import { appendAttributes } from './span-encoder.ts'

const INITIAL_BYTES = 1024
/** A buffer that a burst has blown up beyond that is let go with the first request that does not need it. */
const KEPT_BYTES = 64 * 1024

const RESOURCE_SPANS = 0x0a
const RESOURCE = 0x0a
const SCOPE_SPANS = 0x12
const SCOPE = 0x0a
const SCHEMA_URL = 0x1a
const NAME = 0x0a
const VERSION = 0x12
const ATTRIBUTES = 0x0a

/** The ended spans of one scope since the last request, as `spans` entries of a ScopeSpans message. */
export class ScopeChunk {
  out: ProtobufAppender = new ProtobufAppender(INITIAL_BYTES)
  spans = 0
  /** The `scope` and `schema_url` fields that go with the entries. */
  readonly frame: Uint8Array

  constructor(scope: InstrumentationScope) {
    this.frame = scopeFrame(scope)
  }

  clear(): void {
    this.spans = 0
    const { capacity, length } = this.out
    // A busy server fills it again and again: making it grow each time costs copies, and memory that has to be collected.
    if (capacity > KEPT_BYTES && length < capacity / 4) this.out = new ProtobufAppender(INITIAL_BYTES)
    else this.out.truncate(0)
  }
}

/** The `resource` field of a ResourceSpans message, with its tag. */
export function resourceField(attributes: Attributes): Uint8Array {
  const out = new ProtobufAppender(1024)
  const mark = out.openLong(RESOURCE)
  const present = Object.entries(attributes).filter(([, value]) => value !== undefined)
  appendAttributes(out, ATTRIBUTES, present.flat(1))
  out.closeLong(mark)
  return out.view()
}

/** An ExportTraceServiceRequest of one resource with everything that is in the chunks. */
export function requestBody(resource: Uint8Array, chunks: readonly ScopeChunk[]): Uint8Array {
  const filled = chunks.filter((chunk) => chunk.spans > 0)
  const size = filled.reduce((sum, chunk) => sum + chunk.frame.length + chunk.out.length + 8, resource.length + 8)
  const out = new ProtobufAppender(size)
  const mark = out.openLong(RESOURCE_SPANS)
  out.raw(resource)
  for (const chunk of filled) {
    const scopeMark = out.openLong(SCOPE_SPANS)
    out.raw(chunk.frame)
    out.raw(chunk.out.view())
    out.closeLong(scopeMark)
  }
  out.closeLong(mark)
  return out.view()
}

function scopeFrame({ name, version, schemaUrl }: InstrumentationScope): Uint8Array {
  const out = new ProtobufAppender(128)
  const mark = out.openLong(SCOPE)
  out.string(NAME, name)
  if (version !== '') out.string(VERSION, version)
  out.closeLong(mark)
  if (schemaUrl !== '') out.string(SCHEMA_URL, schemaUrl)
  return out.view()
}
