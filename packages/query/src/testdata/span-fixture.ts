import type { Batch } from '@clew/otlp/batch'
import { encodeBatch } from '@clew/otlp/encode'
import type { AnyValue, KeyValue, Span } from '@clew/otlp/model'

export type Plain = string | number | bigint | boolean | Uint8Array | null | Plain[] | { [key: string]: Plain }

/** A value as OTLP has it: bigint is an int, number a double. */
export function otlp(value: Plain): AnyValue {
  if (value === null) return {}
  if (typeof value === 'string') return { stringValue: value }
  if (typeof value === 'bigint') return { intValue: value }
  if (typeof value === 'number') return { doubleValue: value }
  if (typeof value === 'boolean') return { boolValue: value }
  if (value instanceof Uint8Array) return { bytesValue: value }
  if (Array.isArray(value)) return { arrayValue: { values: value.map(otlp) } }
  return { kvlistValue: { values: attributes(value) } }
}

export function attributes(record: Readonly<Record<string, Plain>>): KeyValue[] {
  return Object.entries(record).map(([key, value]) => ({ key, value: otlp(value) }))
}

export interface SpanOptions extends Omit<Partial<Span>, 'attributes' | 'events' | 'links'> {
  readonly traceId: string
  readonly spanId: string
  readonly atMs?: number
  readonly durationMs?: number
  readonly attrs?: Readonly<Record<string, Plain>>
  readonly events?: readonly { name: string; attrs?: Readonly<Record<string, Plain>>; atMs?: number }[]
  readonly links?: readonly { traceId: string; spanId: string; attrs?: Readonly<Record<string, Plain>> }[]
}

/** Where the times of fixtures count from. */
export const BASE_MS = Date.UTC(2026, 0, 15, 12)

export function nanosAt(ms: number): bigint {
  return BigInt(Math.round((BASE_MS + ms) * 1000)) * 1000n
}

export function span(options: SpanOptions): Span {
  const { atMs = 0, durationMs = 10, attrs = {}, events = [], links = [], ...rest } = options
  return {
    name: 'op',
    kind: 1,
    startTimeUnixNano: nanosAt(atMs),
    endTimeUnixNano: nanosAt(atMs + durationMs),
    attributes: attributes(attrs),
    events: events.map((event) => ({
      name: event.name,
      timeUnixNano: nanosAt(event.atMs ?? atMs),
      attributes: attributes(event.attrs ?? {}),
    })),
    links: links.map(({ attrs: linkAttrs, ...link }) => ({ ...link, attributes: attributes(linkAttrs ?? {}) })),
    ...rest,
  }
}

/** Spans of one resource and scope as a batch. */
export function spanBatch(
  service: string | undefined,
  spans: readonly Span[],
  more: {
    resource?: Record<string, Plain>
    scope?: { name?: string; version?: string; attrs?: Record<string, Plain> }
  } = {},
): Batch {
  const { attrs: scopeAttrs = {}, ...scope } = more.scope ?? {}
  return encodeBatch('traces', {
    resourceSpans: [
      {
        resource: {
          attributes: attributes({ ...(service === undefined ? {} : { 'service.name': service }), ...more.resource }),
        },
        scopeSpans: [{ scope: { ...scope, attributes: attributes(scopeAttrs) }, spans: [...spans] }],
      },
    ],
  })
}

/** Hex ids from small numbers. */
export const traceHex = (n: number): string => n.toString(16).padStart(32, '0')
export const spanHex = (n: number): string => n.toString(16).padStart(16, '0')
