import {
  type Context,
  propagation,
  type TextMapGetter,
  type TextMapPropagator,
  type TextMapSetter,
} from '@opentelemetry/api'
import { percentDecode, withBaggageEntries } from './baggage-text.ts'
import { CallNumbers } from './call-numbers.ts'
import { readHeader } from './carrier.ts'
import { hexFromDecimal, hexFromText, signedDecimalFromHex, traceIdFromHex } from './ids.ts'
import { Remembered } from './remembered.ts'
import { isSampled, spanToSend, withRemoteSpan } from './remote-span.ts'

const TRACE_ID = 'EagleEye-TraceID'
const RPC_ID = 'EagleEye-RpcID'
const SPAN_ID = 'EagleEye-SpanID'
const SAMPLED = 'EagleEye-Sampled'
const USER_DATA = 'EagleEye-UserData'

const ROOT_RPC_ID = '0'
const MAX_RPC_ID_CHARS = 256
const MAX_USER_DATA_CHARS = 2048

/** Ids of 30 digits (address, time, counter, process) became ids of 32 with these two in front. */
const SHORT_ID_CHARS = 30
const SHORT_ID_PREFIX = 'ea'

interface EagleEyeState {
  readonly traceId: string
  readonly rpcId: string
}

const states = new Remembered<EagleEyeState>('eagleeye')

/**
 * EagleEye of Alibaba Cloud: the trace id, the place of the call in the tree (`0`, `0.1`, `0.1.2` …: every call gets the next
 * number below the call that is being served) and user data `k1=v1&k2=v2`, which are baggage. The span's own id and the
 * decision go along in the two headers that ARMS has for them; where they are missing, the parent's id is a digest of trace
 * and place, and the decision counts as positive.
 */
export class EagleEyePropagator implements TextMapPropagator {
  readonly #calls = new CallNumbers()

  inject<C>(context: Context, carrier: C, setter: TextMapSetter<C>): void {
    const span = spanToSend(context)
    if (span === undefined) return
    const { traceId, rpcId } = states.get(context, span.traceId) ?? { traceId: span.traceId, rpcId: ROOT_RPC_ID }
    const childId = `${rpcId}.${this.#calls.next(`${traceId}/${rpcId}`)}`
    setter.set(carrier, TRACE_ID, traceId)
    setter.set(carrier, RPC_ID, childId.length > MAX_RPC_ID_CHARS ? rpcId : childId)
    setter.set(carrier, SPAN_ID, signedDecimalFromHex(span.spanId))
    setter.set(carrier, SAMPLED, isSampled(span) ? 's1' : 's0')
    const userData = encodeUserData(context)
    if (userData !== '') setter.set(carrier, USER_DATA, userData)
  }

  extract<C>(context: Context, carrier: C, getter: TextMapGetter<C>): Context {
    const withBaggage = withBaggageEntries(context, userDataEntries(readHeader(carrier, getter, USER_DATA)))
    const original = readHeader(carrier, getter, TRACE_ID)
    const traceId = original === undefined ? undefined : traceIdOf(original)
    if (original === undefined || traceId === undefined) return withBaggage
    const rpcText = readHeader(carrier, getter, RPC_ID) ?? ROOT_RPC_ID
    const rpcId = rpcText.length <= MAX_RPC_ID_CHARS && /^\d+(?:\.\d+)*$/.test(rpcText) ? rpcText : ROOT_RPC_ID
    const spanId = hexFromDecimal(readHeader(carrier, getter, SPAN_ID)) ?? hexFromText(`${traceId}/${rpcId}`, 16)
    const sampled = readHeader(carrier, getter, SAMPLED)?.toLowerCase()
    const next = withRemoteSpan(withBaggage, traceId, spanId, sampled === 's0' || sampled === '0' ? false : undefined)
    return states.set(next, traceId, { traceId: original, rpcId })
  }

  fields(): string[] {
    return [TRACE_ID, RPC_ID, SPAN_ID, SAMPLED, USER_DATA]
  }
}

function traceIdOf(text: string): string | undefined {
  if (!/^[\w.-]{8,64}$/.test(text)) return undefined
  const hex = traceIdFromHex(text.length === SHORT_ID_CHARS ? SHORT_ID_PREFIX + text : text)
  // Older ids end in a process number in decimal and have other lengths: they are no numbers of 128 bits.
  return hex !== undefined && (text.length === 32 || text.length === SHORT_ID_CHARS) ? hex : hexFromText(text, 32)
}

function encodeUserData(context: Context): string {
  let header = ''
  for (const [key, { value }] of propagation.getBaggage(context)?.getAllEntries() ?? []) {
    const pair = `${escapeReserved(key)}=${escapeReserved(value)}`
    const next = header === '' ? pair : `${header}&${pair}`
    if (key !== '' && next.length <= MAX_USER_DATA_CHARS) header = next
  }
  return header
}

function* userDataEntries(header: string | undefined): Iterable<readonly [string, string]> {
  // Between services of one kind the separators are control characters, in HTTP they are those of a query.
  const query = header?.replaceAll('\u0012', '&').replaceAll('\u0014', '=')
  for (const pair of query?.split('&') ?? []) {
    const at = pair.indexOf('=')
    if (at > 0) yield [percentDecode(pair.slice(0, at)), percentDecode(pair.slice(at + 1))]
  }
}

/** Escapes what separates, and what a header cannot hold; the rest stays readable for those who do not decode. */
function escapeReserved(text: string): string {
  return text.replaceAll(/[^\x21-\x7e]|[&=%,;"\\]/gu, (char) => {
    return Buffer.from(char).toString('hex').toUpperCase().replaceAll(/../g, '%$&')
  })
}
