/**
 * OTLP as plain objects, for tests, generators, tail and debug output; never for the hot path. Field names are those of
 * OTLP/JSON. A field that is absent on the wire is absent here. Ids are lower-case hex, 64-bit integers are bigints,
 * other bytes are Uint8Arrays.
 */
export interface AnyValue {
  stringValue?: string
  boolValue?: boolean
  intValue?: bigint
  doubleValue?: number
  arrayValue?: { values?: AnyValue[] }
  kvlistValue?: { values?: KeyValue[] }
  bytesValue?: Uint8Array
}

export interface KeyValue {
  key?: string
  value?: AnyValue
}

export interface EntityRef {
  schemaUrl?: string
  type?: string
  idKeys?: string[]
  descriptionKeys?: string[]
}

export interface Resource {
  attributes?: KeyValue[]
  droppedAttributesCount?: number
  entityRefs?: EntityRef[]
}

export interface InstrumentationScope {
  name?: string
  version?: string
  attributes?: KeyValue[]
  droppedAttributesCount?: number
}

export interface SpanEvent {
  timeUnixNano?: bigint
  name?: string
  attributes?: KeyValue[]
  droppedAttributesCount?: number
}

export interface SpanLink {
  traceId?: string
  spanId?: string
  traceState?: string
  attributes?: KeyValue[]
  droppedAttributesCount?: number
  flags?: number
}

export interface Span {
  traceId?: string
  spanId?: string
  traceState?: string
  parentSpanId?: string
  flags?: number
  name?: string
  kind?: number
  startTimeUnixNano?: bigint
  endTimeUnixNano?: bigint
  attributes?: KeyValue[]
  droppedAttributesCount?: number
  events?: SpanEvent[]
  droppedEventsCount?: number
  links?: SpanLink[]
  droppedLinksCount?: number
  status?: { message?: string; code?: number }
}

export interface LogRecord {
  timeUnixNano?: bigint
  observedTimeUnixNano?: bigint
  severityNumber?: number
  severityText?: string
  body?: AnyValue
  attributes?: KeyValue[]
  droppedAttributesCount?: number
  flags?: number
  traceId?: string
  spanId?: string
  eventName?: string
}

export interface Exemplar {
  filteredAttributes?: KeyValue[]
  timeUnixNano?: bigint
  asDouble?: number
  asInt?: bigint
  spanId?: string
  traceId?: string
}

export interface NumberDataPoint {
  attributes?: KeyValue[]
  startTimeUnixNano?: bigint
  timeUnixNano?: bigint
  asDouble?: number
  asInt?: bigint
  exemplars?: Exemplar[]
  flags?: number
}

export interface HistogramDataPoint {
  attributes?: KeyValue[]
  startTimeUnixNano?: bigint
  timeUnixNano?: bigint
  count?: bigint
  sum?: number
  bucketCounts?: bigint[]
  explicitBounds?: number[]
  exemplars?: Exemplar[]
  flags?: number
  min?: number
  max?: number
}

export interface Buckets {
  offset?: number
  bucketCounts?: bigint[]
}

export interface ExponentialHistogramDataPoint {
  attributes?: KeyValue[]
  startTimeUnixNano?: bigint
  timeUnixNano?: bigint
  count?: bigint
  sum?: number
  scale?: number
  zeroCount?: bigint
  positive?: Buckets
  negative?: Buckets
  flags?: number
  exemplars?: Exemplar[]
  min?: number
  max?: number
  zeroThreshold?: number
}

export interface SummaryDataPoint {
  attributes?: KeyValue[]
  startTimeUnixNano?: bigint
  timeUnixNano?: bigint
  count?: bigint
  sum?: number
  quantileValues?: { quantile?: number; value?: number }[]
  flags?: number
}

export interface Metric {
  name?: string
  description?: string
  unit?: string
  gauge?: { dataPoints?: NumberDataPoint[] }
  sum?: { dataPoints?: NumberDataPoint[]; aggregationTemporality?: number; isMonotonic?: boolean }
  histogram?: { dataPoints?: HistogramDataPoint[]; aggregationTemporality?: number }
  exponentialHistogram?: { dataPoints?: ExponentialHistogramDataPoint[]; aggregationTemporality?: number }
  summary?: { dataPoints?: SummaryDataPoint[] }
  metadata?: KeyValue[]
}

export interface TracesRequest {
  resourceSpans?: {
    resource?: Resource
    scopeSpans?: { scope?: InstrumentationScope; spans?: Span[]; schemaUrl?: string }[]
    schemaUrl?: string
  }[]
}

export interface LogsRequest {
  resourceLogs?: {
    resource?: Resource
    scopeLogs?: { scope?: InstrumentationScope; logRecords?: LogRecord[]; schemaUrl?: string }[]
    schemaUrl?: string
  }[]
}

export interface MetricsRequest {
  resourceMetrics?: {
    resource?: Resource
    scopeMetrics?: { scope?: InstrumentationScope; metrics?: Metric[]; schemaUrl?: string }[]
    schemaUrl?: string
  }[]
}

/** The request object of each signal. */
export interface RequestOf {
  traces: TracesRequest
  logs: LogsRequest
  metrics: MetricsRequest
}
