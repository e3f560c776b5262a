import type {
  AnyValue,
  Buckets,
  EntityRef,
  Exemplar,
  ExponentialHistogramDataPoint,
  HistogramDataPoint,
  InstrumentationScope,
  KeyValue,
  LogRecord,
  LogsRequest,
  Metric,
  MetricsRequest,
  NumberDataPoint,
  RequestOf,
  Resource,
  Span,
  SummaryDataPoint,
  TracesRequest,
} from '@clew/otlp/model'
import type { Signal } from '@clew/otlp/signal'
import * as fc from 'fast-check'

/** Everything a protobuf string may hold: any code point, also NUL and beyond the BMP; mostly short. */
const text = fc.oneof(
  { weight: 4, arbitrary: fc.string({ unit: 'binary', maxLength: 12 }) },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme', minLength: 100, maxLength: 200 }) },
  {
    weight: 2,
    arbitrary: fc.constantFrom('', 'service.name', 'http.request.method', '\u0000', '"\\\n', '😀', '\ufeff'),
  },
)
const uint64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })
const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })
const uint32 = fc.nat({ max: 0xffff_ffff })
const int32 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })
const double = fc.double()
const hexId = (bytes: number): fc.Arbitrary<string> =>
  fc.uint8Array({ minLength: bytes, maxLength: bytes }).map((id) => Buffer.from(id).toString('hex'))
const traceId = hexId(16)
const spanId = hexId(8)

/** A record of which every field may be missing. Repeated fields, when there, have at least one element. */
function some<T extends object>(fields: { [K in keyof T]-?: fc.Arbitrary<NonNullable<T[K]>> }): fc.Arbitrary<T> {
  return fc.record(fields, { requiredKeys: [] }) as unknown as fc.Arbitrary<T>
}

function many<T>(arbitrary: fc.Arbitrary<T>, maxLength = 3): fc.Arbitrary<T[]> {
  return fc.array(arbitrary, { minLength: 1, maxLength })
}

const values = fc.letrec<{ value: AnyValue; pair: KeyValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    fc.oneof(
      fc.constant({}),
      text.map((stringValue) => ({ stringValue })),
      fc.boolean().map((boolValue) => ({ boolValue })),
      int64.map((intValue) => ({ intValue })),
      double.map((doubleValue) => ({ doubleValue })),
      fc.uint8Array({ maxLength: 9 }).map((bytesValue) => ({ bytesValue })),
    ),
    fc
      .oneof(fc.constant({}), some<{ values?: AnyValue[] }>({ values: many(tie('value')) }))
      .map((arrayValue) => ({ arrayValue })),
    fc
      .oneof(fc.constant({}), some<{ values?: KeyValue[] }>({ values: many(tie('pair')) }))
      .map((kvlistValue) => ({ kvlistValue })),
  ),
  pair: some<KeyValue>({ key: text, value: tie('value') }),
}))

/** Any attribute value: absent, scalar, bytes, nested. */
export const arbitraryAnyValue: fc.Arbitrary<AnyValue> = values.value
const attributes = many(values.pair, 4)
const droppedAttributesCount = uint32

const arbitraryResource: fc.Arbitrary<Resource> = some<Resource>({
  attributes,
  droppedAttributesCount,
  entityRefs: many(
    some<EntityRef>({ schemaUrl: text, type: text, idKeys: many(text), descriptionKeys: many(text) }),
    2,
  ),
})

const arbitraryScope: fc.Arbitrary<InstrumentationScope> = some<InstrumentationScope>({
  name: text,
  version: text,
  attributes,
  droppedAttributesCount,
})

/** Any span, also nonsensical ones. */
export const arbitrarySpan: fc.Arbitrary<Span> = some<Span>({
  traceId,
  spanId,
  traceState: text,
  parentSpanId: spanId,
  flags: uint32,
  name: text,
  kind: int32,
  startTimeUnixNano: uint64,
  endTimeUnixNano: uint64,
  attributes,
  droppedAttributesCount,
  events: many(some({ timeUnixNano: uint64, name: text, attributes, droppedAttributesCount }), 2),
  droppedEventsCount: uint32,
  links: many(some({ traceId, spanId, traceState: text, attributes, droppedAttributesCount, flags: uint32 }), 2),
  droppedLinksCount: uint32,
  status: some({ message: text, code: int32 }),
})

/** Any log record. */
export const arbitraryLogRecord: fc.Arbitrary<LogRecord> = some<LogRecord>({
  timeUnixNano: uint64,
  observedTimeUnixNano: uint64,
  severityNumber: int32,
  severityText: text,
  body: arbitraryAnyValue,
  attributes,
  droppedAttributesCount,
  flags: uint32,
  traceId,
  spanId,
  eventName: text,
})

const number: fc.Arbitrary<{ asDouble?: number; asInt?: bigint }> = fc.oneof(
  fc.constant({}),
  double.map((asDouble) => ({ asDouble })),
  int64.map((asInt) => ({ asInt })),
)

const arbitraryExemplar: fc.Arbitrary<Exemplar> = fc
  .tuple(some({ filteredAttributes: attributes, timeUnixNano: uint64, spanId, traceId }), number)
  .map(([exemplar, value]) => ({ ...exemplar, ...value }))

const exemplars = many(arbitraryExemplar, 2)
const times = { startTimeUnixNano: uint64, timeUnixNano: uint64 }

const arbitraryNumberPoint: fc.Arbitrary<NumberDataPoint> = fc
  .tuple(some({ attributes, ...times, exemplars, flags: uint32 }), number)
  .map(([point, value]) => ({ ...point, ...value }))

const arbitraryHistogramPoint = some<HistogramDataPoint>({
  attributes,
  ...times,
  count: uint64,
  sum: double,
  bucketCounts: many(uint64, 20),
  explicitBounds: many(double, 20),
  exemplars,
  flags: uint32,
  min: double,
  max: double,
})

const buckets = some<Buckets>({ offset: int32, bucketCounts: many(uint64, 20) })

const arbitraryExponentialPoint = some<ExponentialHistogramDataPoint>({
  attributes,
  ...times,
  count: uint64,
  sum: double,
  scale: int32,
  zeroCount: uint64,
  positive: buckets,
  negative: buckets,
  flags: uint32,
  exemplars,
  min: double,
  max: double,
  zeroThreshold: double,
})

const arbitrarySummaryPoint = some<SummaryDataPoint>({
  attributes,
  ...times,
  count: uint64,
  sum: double,
  quantileValues: many(some({ quantile: double, value: double })),
  flags: uint32,
})

const temporality = int32

/** Any metric of any type, also one without data. */
export const arbitraryMetric: fc.Arbitrary<Metric> = fc
  .tuple(
    some({ name: text, description: text, unit: text, metadata: attributes }),
    fc.oneof<fc.Arbitrary<Metric>[]>(
      fc.constant({}),
      some<NonNullable<Metric['gauge']>>({ dataPoints: many(arbitraryNumberPoint) }).map((gauge) => ({ gauge })),
      some<NonNullable<Metric['sum']>>({
        dataPoints: many(arbitraryNumberPoint),
        aggregationTemporality: temporality,
        isMonotonic: fc.boolean(),
      }).map((sum) => ({ sum })),
      some<NonNullable<Metric['histogram']>>({
        dataPoints: many(arbitraryHistogramPoint),
        aggregationTemporality: temporality,
      }).map((histogram) => ({ histogram })),
      some<NonNullable<Metric['exponentialHistogram']>>({
        dataPoints: many(arbitraryExponentialPoint),
        aggregationTemporality: temporality,
      }).map((exponentialHistogram) => ({ exponentialHistogram })),
      some<NonNullable<Metric['summary']>>({ dataPoints: many(arbitrarySummaryPoint) }).map((summary) => ({ summary })),
    ),
  )
  .map(([metric, data]) => ({ ...metric, ...data }))

const scope = arbitraryScope
const resource = arbitraryResource
const schemaUrl = text

const arbitraryTraces: fc.Arbitrary<TracesRequest> = some<TracesRequest>({
  resourceSpans: many(
    some({ resource, schemaUrl, scopeSpans: many(some({ scope, schemaUrl, spans: many(arbitrarySpan) }), 2) }),
  ),
})

const arbitraryLogs: fc.Arbitrary<LogsRequest> = some<LogsRequest>({
  resourceLogs: many(
    some({ resource, schemaUrl, scopeLogs: many(some({ scope, schemaUrl, logRecords: many(arbitraryLogRecord) }), 2) }),
  ),
})

const arbitraryMetrics: fc.Arbitrary<MetricsRequest> = some<MetricsRequest>({
  resourceMetrics: many(
    some({ resource, schemaUrl, scopeMetrics: many(some({ scope, schemaUrl, metrics: many(arbitraryMetric) }), 2) }),
  ),
})

/** Whole requests of every signal, covering every field of the protocol and the edges of every type. */
export const arbitraryRequest: { readonly [S in Signal]: fc.Arbitrary<RequestOf[S]> } = {
  traces: arbitraryTraces,
  logs: arbitraryLogs,
  metrics: arbitraryMetrics,
}
