import type { Attribute } from '@clew/contract/common'
import type { SpanDetail } from '@clew/contract/traces'
import { valueText } from '../../values/stored-value.ts'

/** A typed tag of a span, a process or a log entry. */
export interface JaegerTag {
  readonly key: string
  readonly type: 'string' | 'bool' | 'int64' | 'float64' | 'binary'
  readonly value: string | number | boolean
}
export interface JaegerSpan {
  readonly traceID: string
  readonly spanID: string
  readonly flags: number
  readonly operationName: string
  readonly references: readonly { refType: 'CHILD_OF' | 'FOLLOWS_FROM'; traceID: string; spanID: string }[]
  /** Microseconds since 1970. */
  readonly startTime: number
  /** Microseconds. */
  readonly duration: number
  readonly tags: readonly JaegerTag[]
  readonly logs: readonly { timestamp: number; fields: readonly JaegerTag[] }[]
  readonly processID: string
  readonly warnings: readonly string[] | null
}
export interface JaegerProcess {
  readonly serviceName: string
  readonly tags: readonly JaegerTag[]
}

/** How Jaeger names services whose resource has no service.name. */
export const NO_SERVICE_NAME = 'OTLPResourceNoServiceName'

/** The processes of a trace: every service and resource once, in order of arrival. */
export class JaegerProcesses {
  readonly byId: Record<string, JaegerProcess> = {}
  readonly #ids = new Map<string, string>()

  /** The id of a span's process. */
  idOf(span: SpanDetail): string {
    const key = JSON.stringify([span.service, span.resource])
    let id = this.#ids.get(key)
    if (id === undefined) {
      id = `p${this.#ids.size + 1}`
      this.#ids.set(key, id)
      const tags = span.resource.filter((each) => each.key !== 'service.name').map(jaegerTag)
      this.byId[id] = { serviceName: span.service === '' ? NO_SERVICE_NAME : span.service, tags }
    }
    return id
  }
}

/** A span in Jaeger's JSON form; `spanIds` are all of its trace. */
export function jaegerSpan(span: SpanDetail, processID: string, spanIds: ReadonlySet<string>): JaegerSpan {
  const hasParent = span.parentSpanId !== ''
  const isOrphan = hasParent && !spanIds.has(span.parentSpanId)
  return {
    traceID: span.traceId,
    spanID: span.spanId,
    // Bit 0 is W3C's "sampled"; Jaeger knows no bits above its own.
    flags: span.flags & 1,
    operationName: span.name,
    references: [
      ...(hasParent ? [{ refType: 'CHILD_OF' as const, traceID: span.traceId, spanID: span.parentSpanId }] : []),
      ...span.links.map((link) => ({ refType: 'FOLLOWS_FROM' as const, traceID: link.traceId, spanID: link.spanId })),
    ],
    startTime: micros(span.startNanos),
    duration: Math.max(0, Math.floor(span.durationNanos / 1000)),
    tags: [...span.attributes.map(jaegerTag), ...ownTags(span)],
    logs: span.events.map((event) => ({
      timestamp: micros(event.timeNanos),
      fields: [...(event.name === '' ? [] : [text('event', event.name)]), ...event.attributes.map(jaegerTag)],
    })),
    processID,
    warnings: isOrphan ? [`invalid parent span IDs=${span.parentSpanId}; the parent is not in the trace`] : null,
  }
}

/** What OTLP has as fields and Jaeger as tags. */
function ownTags(span: SpanDetail): JaegerTag[] {
  const tags: JaegerTag[] = []
  if (span.scope.name !== '') tags.push(text('otel.scope.name', span.scope.name))
  if (span.scope.version !== '') tags.push(text('otel.scope.version', span.scope.version))
  if (span.kind !== 'unspecified') tags.push(text('span.kind', span.kind))
  if (span.status === 'error') tags.push({ key: 'error', type: 'bool', value: true })
  if (span.status !== 'unset') tags.push(text('otel.status_code', span.status.toUpperCase()))
  if (span.statusMessage !== '') tags.push(text('otel.status_description', span.statusMessage))
  if (span.traceState !== '') tags.push(text('w3c.tracestate', span.traceState))
  return tags
}

function text(key: string, value: string): JaegerTag {
  return { key, type: 'string', value }
}

/** An attribute as a tag: arrays and maps become JSON text, integers beyond JavaScript's range stay digits in text. */
export function jaegerTag({ key, value }: Attribute): JaegerTag {
  switch (value.type) {
    case 'bool':
      return { key, type: 'bool', value: value.value }
    case 'int': {
      const number = Number(value.value)
      return { key, type: 'int64', value: Number.isSafeInteger(number) ? number : value.value }
    }
    case 'double':
      return { key, type: 'float64', value: value.value }
    case 'bytes':
      return { key, type: 'binary', value: value.value }
    case 'string':
    case 'array':
    case 'kvlist':
    case 'empty':
      return text(key, valueText(value))
  }
}

function micros(nanos: string): number {
  return Number(BigInt(nanos) / 1000n)
}
