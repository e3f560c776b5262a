import {
  TraceFlags,
  type Attributes,
  type HrTime,
  type Link,
  type SpanContext,
  type SpanStatus,
} from '@opentelemetry/api'
import type { FastTraces } from '../pipeline/fast-traces.ts'
import { keptAttributes } from '../tracer/attribute-value.ts'
import { wordAt } from '../tracer/ids.ts'
import { RecordingSpan } from '../tracer/recording-span.ts'
import type { SpanHome } from '../tracer/span-home.ts'
import { WallClock } from '../tracer/wall-clock.ts'

interface Scope {
  readonly name: string
  readonly version?: string
  readonly schemaUrl?: string
}

/** An ended span of the upstream SDK: what versions 1 to 3 of it have in common, and where they differ. */
export interface ProgramSpan {
  readonly name: string
  readonly kind: number
  readonly startTime: HrTime
  readonly endTime: HrTime
  readonly status: SpanStatus
  readonly attributes: Attributes
  readonly droppedAttributesCount?: number
  readonly events: readonly {
    readonly name: string
    readonly time: HrTime
    readonly attributes?: Attributes
    readonly droppedAttributesCount?: number
  }[]
  readonly droppedEventsCount?: number
  readonly links: readonly Link[]
  readonly droppedLinksCount?: number
  readonly parentSpanContext?: SpanContext
  /** Version 1. */
  readonly parentSpanId?: string
  readonly instrumentationScope?: Scope
  /** Version 1. */
  readonly instrumentationLibrary?: Scope
  spanContext(): SpanContext
}

/** Where ended spans of the program's own SDK go. Must not throw. */
export type TakeProgramSpan = (span: ProgramSpan) => void

/** Hands them to the pipeline of the agent's own tracer; what the program's SDK has not sampled is left out. */
export function intoPipeline({ pipeline }: Pick<FastTraces, 'pipeline'>): TakeProgramSpan {
  const homes = new Map<string, SpanHome>()
  const clock = new WallClock()
  const homeOf = (scope: Scope): SpanHome => {
    const { name, version = '', schemaUrl = '' } = scope
    const key = `${name}@${version}:${schemaUrl}`
    const known = homes.get(key)
    if (known !== undefined) return known
    const home = { sink: pipeline.sinkOf({ name, version, schemaUrl }), limits: NO_LIMITS, clock }
    homes.set(key, home)
    return home
  }
  return (span) => {
    if ((span.spanContext().traceFlags & TraceFlags.SAMPLED) === 0) return
    const home = homeOf(span.instrumentationScope ?? span.instrumentationLibrary ?? { name: '' })
    home.sink.take(ownSpan(span, home))
  }
}

/** The program's SDK has kept its own limits. */
const NO_LIMITS = {
  attributeCount: Number.POSITIVE_INFINITY,
  attributeValueLength: Number.POSITIVE_INFINITY,
  eventCount: Number.POSITIVE_INFINITY,
  linkCount: Number.POSITIVE_INFINITY,
  attributesPerEvent: Number.POSITIVE_INFINITY,
  attributesPerLink: Number.POSITIVE_INFINITY,
}

function ownSpan(span: ProgramSpan, home: SpanHome): RecordingSpan {
  const { traceId, spanId, traceFlags, traceState } = span.spanContext()
  const own = new RecordingSpan(home, span.name, span.kind, traceId)
  own.traceFlags = traceFlags
  own.traceState = traceState
  own.trace0 = wordAt(traceId, 0)
  own.trace1 = wordAt(traceId, 8)
  own.trace2 = wordAt(traceId, 16)
  own.trace3 = wordAt(traceId, 24)
  own.span0 = wordAt(spanId, 0)
  own.span1 = wordAt(spanId, 8)
  const parentId = span.parentSpanContext?.spanId ?? span.parentSpanId ?? ''
  if (parentId.length === 16) {
    own.parent0 = wordAt(parentId, 0)
    own.parent1 = wordAt(parentId, 8)
    own.parentIsRemote = span.parentSpanContext?.isRemote === true
  }
  ;[own.startSeconds, own.startNanos] = span.startTime
  ;[own.endSeconds, own.endNanos] = span.endTime
  own.startWith(span.attributes)
  own.droppedAttributes += span.droppedAttributesCount ?? 0
  for (const { name, time, attributes, droppedAttributesCount = 0 } of span.events) {
    const { flat } = keptAttributes(attributes, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY)
    own.events ??= []
    own.events.push({ name, seconds: time[0], nanos: time[1], flat, dropped: droppedAttributesCount })
  }
  own.droppedEvents = span.droppedEventsCount ?? 0
  own.addLinks([...span.links])
  own.droppedLinks = span.droppedLinksCount ?? 0
  own.setStatus(span.status)
  own.ended = true
  return own
}
