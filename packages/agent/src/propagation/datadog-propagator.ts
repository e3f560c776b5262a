import type { Context, SpanContext, TextMapGetter, TextMapPropagator, TextMapSetter } from '@opentelemetry/api'
import { readHeader } from './carrier.ts'
import { decimalFromHex, hexFromDecimal, isLowerHex } from './ids.ts'
import { debugTraces, Remembered } from './remembered.ts'
import { isSampled, spanToSend, withRemoteSpan } from './remote-span.ts'

const TRACE_ID = 'x-datadog-trace-id'
const PARENT_ID = 'x-datadog-parent-id'
const PRIORITY = 'x-datadog-sampling-priority'
const ORIGIN = 'x-datadog-origin'
const TAGS = 'x-datadog-tags'

/** The upper 64 bits of the trace id, among the tags. */
const UPPER_BITS = '_dd.p.tid'
const PROPAGATED_TAG = '_dd.p.'
const MAX_TAGS_CHARS = 512
const NO_UPPER_BITS = '0'.repeat(16)

interface DatadogState {
  readonly priority: number | undefined
  readonly origin: string | undefined
  readonly tags: readonly string[]
}

const states = new Remembered<DatadogState>('datadog')

/**
 * Datadog: `x-datadog-*`, ids in decimal, the upper half of the trace id in the tag `_dd.p.tid`. Priority, origin and the
 * propagated tags (`_dd.p.*`) of a trace are handed on.
 */
export class DatadogPropagator implements TextMapPropagator {
  inject<C>(context: Context, carrier: C, setter: TextMapSetter<C>): void {
    const span = spanToSend(context)
    if (span === undefined) return
    const state = states.get(context, span.traceId)
    setter.set(carrier, TRACE_ID, decimalFromHex(span.traceId.slice(16)))
    setter.set(carrier, PARENT_ID, decimalFromHex(span.spanId))
    setter.set(carrier, PRIORITY, String(priorityOf(context, span, state)))
    if (state?.origin !== undefined) setter.set(carrier, ORIGIN, state.origin)
    const upper = span.traceId.slice(0, 16)
    const tags = [...(upper === NO_UPPER_BITS ? [] : [`${UPPER_BITS}=${upper}`]), ...(state?.tags ?? [])].join(',')
    if (tags !== '' && tags.length <= MAX_TAGS_CHARS) setter.set(carrier, TAGS, tags)
    else if (upper !== NO_UPPER_BITS) setter.set(carrier, TAGS, `${UPPER_BITS}=${upper}`)
  }

  extract<C>(context: Context, carrier: C, getter: TextMapGetter<C>): Context {
    const lower = hexFromDecimal(unsigned(readHeader(carrier, getter, TRACE_ID)))
    const spanId = hexFromDecimal(unsigned(readHeader(carrier, getter, PARENT_ID)))
    if (lower === undefined || spanId === undefined) return context
    const tags = readTags(readHeader(carrier, getter, TAGS))
    const traceId = (tags.upper ?? NO_UPPER_BITS) + lower
    const text = readHeader(carrier, getter, PRIORITY)
    const priority = text !== undefined && /^-?\d{1,2}$/.test(text) ? Number(text) : undefined
    const origin = readHeader(carrier, getter, ORIGIN)
    const state = {
      priority,
      tags: tags.others,
      origin: origin && /^[\x21-\x7e]{1,100}$/.test(origin) ? origin : undefined,
    }
    const next = withRemoteSpan(context, traceId, spanId, priority === undefined ? undefined : priority > 0)
    return states.set(next, traceId, state)
  }

  fields(): string[] {
    return [TRACE_ID, PARENT_ID, PRIORITY, ORIGIN, TAGS]
  }
}

/** What came in, unless the decision has changed since: 2 and -1 are a user's wish, 1 and 0 a sampler's. */
function priorityOf(context: Context, span: SpanContext, state: DatadogState | undefined): number {
  const sampled = isSampled(span)
  if (state?.priority !== undefined && state.priority > 0 === sampled) return state.priority
  if (!sampled) return 0
  return debugTraces.get(context, span.traceId) ? 2 : 1
}

function readTags(header: string | undefined): { upper: string | undefined; others: string[] } {
  let upper: string | undefined
  const others: string[] = []
  if (header === undefined || header.length > MAX_TAGS_CHARS) return { upper, others }
  for (const part of header.split(',')) {
    const [key, value] = splitOnce(part)
    if (key === UPPER_BITS) upper = value.length === 16 && isLowerHex(value) ? value : upper
    else if (key.startsWith(PROPAGATED_TAG) && /^[\x20-\x7e]+$/.test(value)) others.push(`${key}=${value}`)
  }
  return { upper, others }
}

function splitOnce(pair: string): [string, string] {
  const equals = pair.indexOf('=')
  return equals === -1 ? [pair, ''] : [pair.slice(0, equals).trim(), pair.slice(equals + 1).trim()]
}

function unsigned(text: string | undefined): string | undefined {
  return text?.startsWith('-') ? undefined : text
}
