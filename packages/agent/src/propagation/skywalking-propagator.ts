import {
  type Context,
  propagation,
  type TextMapGetter,
  type TextMapPropagator,
  type TextMapSetter,
  trace,
} from '@opentelemetry/api'
import { withBaggageEntries } from './baggage-text.ts'
import { readHeader } from './carrier.ts'
import { Remembered } from './remembered.ts'
import { isSampled, spanToSend, withRemoteSpan } from './remote-span.ts'
import { segmentIdFromSpan, spanIdFromSkyWalking, traceIdFromSkyWalking } from './skywalking-ids.ts'

const TRACE = 'sw8'
const CORRELATION = 'sw8-correlation'
const MAX_CORRELATION_CHARS = 2048
const MAX_ENDPOINT_CHARS = 150
const UNKNOWN = 'unknown'

/** Who SkyWalking's next service learns it was called by. */
export interface SkyWalkingOptions {
  readonly serviceName: string
  readonly instanceName: string
}

/** The ids of traces as SkyWalking wrote them: longer than ours can be. */
const traceIds = new Remembered<string>('skywalking')

/**
 * SkyWalking's protocol 3: `sw8: {sample}-{trace id}-{segment id}-{span}-{service}-{instance}-{endpoint}-{address}`, all text
 * in base64, and `sw8-correlation` for baggage.
 */
export class SkyWalkingPropagator implements TextMapPropagator {
  readonly #options: SkyWalkingOptions

  constructor(options: SkyWalkingOptions) {
    this.#options = options
  }

  inject<C>(context: Context, carrier: C, setter: TextMapSetter<C>): void {
    const span = spanToSend(context)
    if (span === undefined) return
    const facts = trace.getSpan(context) as SpanFacts | undefined
    const texts = [
      traceIds.get(context, span.traceId) ?? span.traceId,
      segmentIdFromSpan(span.spanId),
      this.#options.serviceName,
      this.#options.instanceName,
      (facts?.name ?? UNKNOWN).slice(0, MAX_ENDPOINT_CHARS),
      peerOf(facts),
    ].map((text) => Buffer.from(text || UNKNOWN).toString('base64'))
    const [traceId, segmentId, ...names] = texts
    setter.set(carrier, TRACE, [isSampled(span) ? '1' : '0', traceId, segmentId, '0', ...names].join('-'))
    const correlation = encodeCorrelation(context)
    if (correlation !== '') setter.set(carrier, CORRELATION, correlation)
  }

  extract<C>(context: Context, carrier: C, getter: TextMapGetter<C>): Context {
    const withBaggage = withBaggageEntries(context, correlationEntries(readHeader(carrier, getter, CORRELATION)))
    const parts = readHeader(carrier, getter, TRACE)?.split('-') ?? []
    const [sample = '', encodedTraceId, encodedSegmentId, index = ''] = parts
    if (parts.length !== 8 || !/^[01]$/.test(sample) || !/^\d{1,9}$/.test(index)) return withBaggage
    const original = decodeText(encodedTraceId)
    const segmentId = decodeText(encodedSegmentId)
    if (!original || !segmentId) return withBaggage
    const traceId = traceIdFromSkyWalking(original)
    const spanId = spanIdFromSkyWalking(segmentId, Number(index))
    // A sample flag of 0 means that the caller may drop its part, which is what `not sampled` says elsewhere.
    const next = withRemoteSpan(withBaggage, traceId, spanId, sample === '1')
    return traceIds.set(next, traceId, original)
  }

  fields(): string[] {
    return [TRACE, CORRELATION]
  }
}

/** What a tracer's spans may tell beyond the API. */
interface SpanFacts {
  readonly name?: string
  readonly attributes?: Readonly<Record<string, unknown>>
}

/** Where the call goes, when the span knows it already. */
function peerOf(facts: SpanFacts | undefined): string {
  const host = facts?.attributes?.['server.address'] ?? facts?.attributes?.['net.peer.name']
  const port = facts?.attributes?.['server.port'] ?? facts?.attributes?.['net.peer.port']
  if (typeof host !== 'string' || host === '') return UNKNOWN
  return typeof port === 'number' ? `${host}:${port}` : host
}

function encodeCorrelation(context: Context): string {
  let header = ''
  for (const [key, { value }] of propagation.getBaggage(context)?.getAllEntries() ?? []) {
    const pair = `${Buffer.from(key).toString('base64')}:${Buffer.from(value).toString('base64')}`
    const next = header === '' ? pair : `${header},${pair}`
    if (key !== '' && value !== '' && next.length <= MAX_CORRELATION_CHARS) header = next
  }
  return header
}

function* correlationEntries(header: string | undefined): Iterable<readonly [string, string]> {
  for (const pair of header?.split(',') ?? []) {
    const [encodedKey, encodedValue, ...more] = pair.split(':')
    const key = decodeText(encodedKey)
    const value = decodeText(encodedValue)
    if (key && value && more.length === 0) yield [key, value]
  }
}

function decodeText(base64: string | undefined): string | undefined {
  if (base64 === undefined || !/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) return undefined
  return Buffer.from(base64, 'base64').toString('utf8')
}
