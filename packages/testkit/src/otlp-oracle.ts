import type { RequestOf } from '@clew/otlp/model'
import type { Signal } from '@clew/otlp/signal'
import protobuf from 'protobufjs'
import { OTLP_PROTO } from './otlp-proto.ts'

const root = protobuf.parse(OTLP_PROTO).root
const TYPES: Readonly<Record<Signal, protobuf.Type>> = {
  traces: root.lookupType('ExportTraceServiceRequest'),
  logs: root.lookupType('ExportLogsServiceRequest'),
  metrics: root.lookupType('ExportMetricsServiceRequest'),
}

const IDS: ReadonlySet<string> = new Set(['traceId', 'spanId', 'parentSpanId'])
const BIGINTS: ReadonlySet<string> = new Set([
  'timeUnixNano',
  'observedTimeUnixNano',
  'startTimeUnixNano',
  'endTimeUnixNano',
  'intValue',
  'asInt',
  'count',
  'zeroCount',
  'bucketCounts',
])

function convert(value: unknown, key: string, leaf: (value: unknown, key: string) => unknown): unknown {
  if (Array.isArray(value)) return value.map((element) => convert(element, key, leaf))
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return leaf(value, key)
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, convert(inner, name, leaf)]))
}

/** What protobufjs reads from request bytes, in the form of our model. */
export function oracleDecode<S extends Signal>(signal: S, bytes: Uint8Array): RequestOf[S] {
  const object = TYPES[signal].toObject(TYPES[signal].decode(bytes), { longs: String })
  return convert(object, '', (value, key) => {
    if (value instanceof Uint8Array) return IDS.has(key) ? Buffer.from(value).toString('hex') : new Uint8Array(value)
    return BIGINTS.has(key) ? BigInt(value as string) : value
  }) as RequestOf[S]
}

/** What protobufjs writes for a request given in our model. */
export function oracleEncode<S extends Signal>(signal: S, request: RequestOf[S]): Uint8Array {
  const object = convert(request, '', (value, key) => {
    if (IDS.has(key)) return Buffer.from(value as string, 'hex')
    return typeof value === 'bigint' ? String(value) : value
  })
  return TYPES[signal].encode(TYPES[signal].fromObject(object as Record<string, unknown>)).finish()
}

/** Fields that proto3 does not tell from absent when they hold their default: everything but oneofs and `optional`. */
const EXPLICIT: ReadonlySet<string> = new Set([
  'stringValue',
  'boolValue',
  'intValue',
  'doubleValue',
  'bytesValue',
  'asDouble',
  'asInt',
  'min',
  'max',
])

/**
 * A request as every proto3 implementation sees it: default values of fields without presence left out. protobufjs drops
 * them, our codecs keep them; both are right.
 */
export function withoutDefaults<T>(request: T, inSummary = false): T {
  if (Array.isArray(request)) return request.map((element) => withoutDefaults<unknown>(element, inSummary)) as T
  if (typeof request !== 'object' || request === null || request instanceof Uint8Array) return request
  const entries = Object.entries(request).filter(([name, value]) => {
    if (value !== '' && value !== false && value !== 0n && value !== 0) return true
    if (Object.is(value, -0)) return true
    return EXPLICIT.has(name) || (name === 'sum' && !inSummary)
  })
  return Object.fromEntries(
    entries.map(([name, value]) => [name, withoutDefaults<unknown>(value, inSummary || name === 'summary')]),
  ) as T
}
