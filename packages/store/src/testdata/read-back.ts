import type { KeyValue, LogRecord, Span } from '@clew/otlp/model'
import { decodeAttributes, decodeRowAttributes, decodeTagged, type MapPairs } from '../read/attributes-decode.ts'
import { PROMOTED_LOG_ATTRIBUTES, PROMOTED_SPAN_ATTRIBUTES } from '../schema/promoted.ts'
import { sql } from '../sql/sql.ts'
import type { Store } from '../store.ts'

type Row = Record<string, unknown>

const SPAN_IDS = sql`hex(TraceId) AS TraceHex, hex(SpanId) AS SpanHex, hex(ParentSpanId) AS ParentHex, arrayMap(x -> hex(x), LinkTraceId) AS LinkTraceHex, arrayMap(x -> hex(x), LinkSpanId) AS LinkSpanHex`

function id(hex: unknown): string | undefined {
  const text = String(hex).toLowerCase()
  return /^0*$/.test(text) ? undefined : text
}

/** An object without its undefined members. */
function compact<T extends object>(object: T): T {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as T
}

function orNothing(value: unknown): number | undefined {
  return value === 0 ? undefined : Number(value)
}

function text(value: unknown): string | undefined {
  return value === '' ? undefined : String(value)
}

function attributes(list: KeyValue[]): KeyValue[] | undefined {
  return list.length === 0 ? undefined : list
}

/** Stored spans as OTLP objects, absent where a field has its default. */
export async function readSpans(store: Store): Promise<Span[]> {
  const { rows } = await store.query<Row>(sql`SELECT *, ${SPAN_IDS} FROM spans ORDER BY StartNanos, SpanId`)
  return rows.map((row) => {
    const start = BigInt(String(row['StartNanos']))
    const end = BigInt.asUintN(64, start + BigInt(String(row['DurationNanos'])))
    const status = compact({ message: text(row['StatusMessage']), code: orNothing(row['StatusCode']) })
    return compact({
      traceId: id(row['TraceHex']),
      spanId: id(row['SpanHex']),
      parentSpanId: id(row['ParentHex']),
      traceState: text(row['TraceState']),
      flags: orNothing(row['Flags']),
      name: text(row['Name']),
      kind: orNothing(row['Kind']),
      startTimeUnixNano: start === 0n ? undefined : start,
      endTimeUnixNano: end === 0n ? undefined : end,
      attributes: attributes(decodeRowAttributes(row, row['Attributes'] as MapPairs, PROMOTED_SPAN_ATTRIBUTES)),
      droppedAttributesCount: orNothing(row['DroppedAttributes']),
      droppedEventsCount: orNothing(row['DroppedEvents']),
      droppedLinksCount: orNothing(row['DroppedLinks']),
      status: Object.keys(status).length === 0 ? undefined : status,
      events: events(row),
      links: links(row),
    }) as Span
  })
}

function events(row: Row): Span['events'] {
  const nanos = row['EventNanos'] as string[]
  if (nanos.length === 0) return undefined
  return nanos.map((time, i) =>
    compact({
      timeUnixNano: time === '0' ? undefined : BigInt(time),
      name: text((row['EventName'] as string[])[i]),
      attributes: attributes(decodeAttributes((row['EventAttributes'] as MapPairs[]).at(i)!)),
      droppedAttributesCount: orNothing((row['EventDroppedAttributes'] as number[])[i]),
    }),
  ) as Span['events']
}

function links(row: Row): Span['links'] {
  const ids = row['LinkTraceHex'] as string[]
  if (ids.length === 0) return undefined
  return ids.map((traceHex, i) =>
    compact({
      traceId: id(traceHex),
      spanId: id((row['LinkSpanHex'] as string[])[i]),
      traceState: text((row['LinkTraceState'] as string[])[i]),
      flags: orNothing((row['LinkFlags'] as number[])[i]),
      attributes: attributes(decodeAttributes((row['LinkAttributes'] as MapPairs[]).at(i)!)),
      droppedAttributesCount: orNothing((row['LinkDroppedAttributes'] as number[])[i]),
    }),
  ) as Span['links']
}

/** Stored log records as OTLP objects. */
export async function readLogs(store: Store): Promise<LogRecord[]> {
  const { rows } = await store.query<Row>(
    sql`SELECT *, hex(TraceId) AS TraceHex, hex(SpanId) AS SpanHex FROM logs ORDER BY Id`,
  )
  return rows.map(
    (row) =>
      compact({
        timeUnixNano: row['TimeNanos'] === '0' ? undefined : BigInt(String(row['TimeNanos'])),
        observedTimeUnixNano: row['ObservedNanos'] === '0' ? undefined : BigInt(String(row['ObservedNanos'])),
        severityNumber: orNothing(row['SeverityNumber']),
        severityText: text(row['SeverityText']),
        body: row['BodyType'] === 8 ? undefined : decodeTagged(Number(row['BodyType']), String(row['Body'])),
        attributes: attributes(decodeRowAttributes(row, row['Attributes'] as MapPairs, PROMOTED_LOG_ATTRIBUTES)),
        droppedAttributesCount: orNothing(row['DroppedAttributes']),
        flags: orNothing(row['Flags']),
        traceId: id(row['TraceHex']),
        spanId: id(row['SpanHex']),
        eventName: text(row['EventName']),
      }) as LogRecord,
  )
}

/** Attributes sorted, defaults left out: the form in which stored and sent can be compared. */
export function normal<T extends Span | LogRecord>(item: T): T {
  return clean(item, '') as T
}

function clean(value: unknown, name: string): unknown {
  if (value instanceof Uint8Array) return [...value]
  if (Array.isArray(value)) {
    const list = value.map((one) => clean(one, ''))
    return name === 'attributes' ? list.sort((a, b) => (order(a) < order(b) ? -1 : 1)) : list
  }
  if (value === null || typeof value !== 'object') return value
  const entries = Object.entries(value).map(([key, one]) => [key, clean(one, key)] as const)
  return Object.fromEntries(entries.filter(([key, one]) => !isAbsent(key, one)))
}

/** Duplicates of a key may change places. */
function order(attribute: unknown): string {
  return JSON.stringify(attribute, (_key, one: unknown) => {
    if (typeof one === 'bigint' || Object.is(one, -0) || (typeof one === 'number' && !Number.isFinite(one)))
      return `${String(one)}#`
    return one
  })
}

/** Whether a field is as good as absent. Values of attributes are not: empty text is not nothing. */
function isAbsent(key: string, value: unknown): boolean {
  if (key === 'value') return typeof value === 'object' && value !== null && Object.keys(value).length === 0
  if (key.endsWith('Value')) return false
  if (value === 0 || value === 0n || value === '' || value === undefined) return true
  if (key.endsWith('Id')) return typeof value === 'string' && /^0*$/.test(value)
  if (key === 'status') return Object.keys(value as object).length === 0
  return Array.isArray(value) && value.length === 0
}
