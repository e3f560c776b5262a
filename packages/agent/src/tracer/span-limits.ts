import { numberFrom } from '../settings.ts'

/** How much of one span is kept; lengths in UTF-16 units, `Infinity` for no limit. OpenTelemetry, SDK: span limits. */
export interface SpanLimits {
  /** May become less while the agent must do less. */
  attributeCount: number
  readonly attributeValueLength: number
  readonly eventCount: number
  readonly linkCount: number
  readonly attributesPerEvent: number
  readonly attributesPerLink: number
}

/** The limits of the specification. */
export const DEFAULT_SPAN_LIMITS: SpanLimits = {
  attributeCount: 128,
  attributeValueLength: Number.POSITIVE_INFINITY,
  eventCount: 128,
  linkCount: 128,
  attributesPerEvent: 128,
  attributesPerLink: 128,
}

/** Reads OTEL_SPAN_*_LIMIT and OTEL_EVENT/LINK_ATTRIBUTE_COUNT_LIMIT, with OTEL_ATTRIBUTE_*_LIMIT behind them. */
export function spanLimitsFrom(env: Readonly<Record<string, string | undefined>>): SpanLimits {
  const first = (names: readonly string[], fallback: number): number =>
    names.reduceRight((value, name) => numberFrom(env, name, value), fallback)
  const defaults = DEFAULT_SPAN_LIMITS
  const valueLength = ['OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT', 'OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT']
  return {
    attributeCount: first(['OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT', 'OTEL_ATTRIBUTE_COUNT_LIMIT'], defaults.attributeCount),
    // Zero would empty every text: the SDKs take it for no limit.
    attributeValueLength: first(valueLength, defaults.attributeValueLength) || defaults.attributeValueLength,
    eventCount: first(['OTEL_SPAN_EVENT_COUNT_LIMIT'], defaults.eventCount),
    linkCount: first(['OTEL_SPAN_LINK_COUNT_LIMIT'], defaults.linkCount),
    attributesPerEvent: first(
      ['OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT', 'OTEL_SPAN_ATTRIBUTE_PER_EVENT_COUNT_LIMIT'],
      defaults.attributesPerEvent,
    ),
    attributesPerLink: first(
      ['OTEL_LINK_ATTRIBUTE_COUNT_LIMIT', 'OTEL_SPAN_ATTRIBUTE_PER_LINK_COUNT_LIMIT'],
      defaults.attributesPerLink,
    ),
  }
}
