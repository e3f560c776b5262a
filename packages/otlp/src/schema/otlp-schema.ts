import {
  enumOf,
  type FieldDefinition,
  linkMessageTypes,
  message,
  type MessageType,
  oneof,
  optional,
  repeated,
  single,
} from './message-type.ts'

const SPAN_KIND = enumOf('SPAN_KIND_', ['UNSPECIFIED', 'INTERNAL', 'SERVER', 'CLIENT', 'PRODUCER', 'CONSUMER'])
const STATUS_CODE = enumOf('STATUS_CODE_', ['UNSET', 'OK', 'ERROR'])
const TEMPORALITY = enumOf('AGGREGATION_TEMPORALITY_', ['UNSPECIFIED', 'DELTA', 'CUMULATIVE'])
const SEVERITY = enumOf('SEVERITY_NUMBER_', [
  'UNSPECIFIED',
  ...['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'].flatMap((name) => [name, `${name}2`, `${name}3`, `${name}4`]),
])

const attributes = (number: number): FieldDefinition => repeated(number, message('KeyValue'))

/** The envelopes of the three signals have the same shape and field numbers; only names differ. */
const envelope = (
  group: string,
  groupType: string,
  scope: string,
  scopeType: string,
  item: string,
  itemType: string,
) => ({
  [`Export${groupType}`]: { [group]: repeated(1, message(groupType)) },
  [groupType]: {
    resource: single(1, message('Resource')),
    [scope]: repeated(2, message(scopeType)),
    schemaUrl: single(3, 'string'),
  },
  [scopeType]: {
    scope: single(1, message('InstrumentationScope')),
    [item]: repeated(2, message(itemType)),
    schemaUrl: single(3, 'string'),
  },
})

const types = linkMessageTypes({
  AnyValue: {
    stringValue: oneof(1, 'string'),
    boolValue: oneof(2, 'bool'),
    intValue: oneof(3, 'int64'),
    doubleValue: oneof(4, 'double'),
    arrayValue: oneof(5, message('ArrayValue')),
    kvlistValue: oneof(6, message('KeyValueList')),
    bytesValue: oneof(7, 'bytes'),
  },
  ArrayValue: { values: repeated(1, message('AnyValue')) },
  KeyValueList: { values: attributes(1) },
  KeyValue: { key: single(1, 'string'), value: single(2, message('AnyValue')) },
  EntityRef: {
    schemaUrl: single(1, 'string'),
    type: single(2, 'string'),
    idKeys: repeated(3, 'string'),
    descriptionKeys: repeated(4, 'string'),
  },
  Resource: {
    attributes: attributes(1),
    droppedAttributesCount: single(2, 'uint32'),
    entityRefs: repeated(3, message('EntityRef')),
  },
  InstrumentationScope: {
    name: single(1, 'string'),
    version: single(2, 'string'),
    attributes: attributes(3),
    droppedAttributesCount: single(4, 'uint32'),
  },
  ...envelope('resourceSpans', 'ResourceSpans', 'scopeSpans', 'ScopeSpans', 'spans', 'Span'),
  ...envelope('resourceLogs', 'ResourceLogs', 'scopeLogs', 'ScopeLogs', 'logRecords', 'LogRecord'),
  ...envelope('resourceMetrics', 'ResourceMetrics', 'scopeMetrics', 'ScopeMetrics', 'metrics', 'Metric'),
  Span: {
    traceId: single(1, 'traceId'),
    spanId: single(2, 'spanId'),
    traceState: single(3, 'string'),
    parentSpanId: single(4, 'spanId'),
    flags: single(16, 'fixed32'),
    name: single(5, 'string'),
    kind: single(6, SPAN_KIND),
    startTimeUnixNano: single(7, 'fixed64'),
    endTimeUnixNano: single(8, 'fixed64'),
    attributes: attributes(9),
    droppedAttributesCount: single(10, 'uint32'),
    events: repeated(11, message('Event')),
    droppedEventsCount: single(12, 'uint32'),
    links: repeated(13, message('Link')),
    droppedLinksCount: single(14, 'uint32'),
    status: single(15, message('Status')),
  },
  Event: {
    timeUnixNano: single(1, 'fixed64'),
    name: single(2, 'string'),
    attributes: attributes(3),
    droppedAttributesCount: single(4, 'uint32'),
  },
  Link: {
    traceId: single(1, 'traceId'),
    spanId: single(2, 'spanId'),
    traceState: single(3, 'string'),
    attributes: attributes(4),
    droppedAttributesCount: single(5, 'uint32'),
    flags: single(6, 'fixed32'),
  },
  Status: { message: single(2, 'string'), code: single(3, STATUS_CODE) },
  LogRecord: {
    timeUnixNano: single(1, 'fixed64'),
    observedTimeUnixNano: single(11, 'fixed64'),
    severityNumber: single(2, SEVERITY),
    severityText: single(3, 'string'),
    body: single(5, message('AnyValue')),
    attributes: attributes(6),
    droppedAttributesCount: single(7, 'uint32'),
    flags: single(8, 'fixed32'),
    traceId: single(9, 'traceId'),
    spanId: single(10, 'spanId'),
    eventName: single(12, 'string'),
  },
  Metric: {
    name: single(1, 'string'),
    description: single(2, 'string'),
    unit: single(3, 'string'),
    gauge: oneof(5, message('Gauge')),
    sum: oneof(7, message('Sum')),
    histogram: oneof(9, message('Histogram')),
    exponentialHistogram: oneof(10, message('ExponentialHistogram')),
    summary: oneof(11, message('Summary')),
    metadata: attributes(12),
  },
  Gauge: { dataPoints: repeated(1, message('NumberDataPoint')) },
  Sum: {
    dataPoints: repeated(1, message('NumberDataPoint')),
    aggregationTemporality: single(2, TEMPORALITY),
    isMonotonic: single(3, 'bool'),
  },
  Histogram: {
    dataPoints: repeated(1, message('HistogramDataPoint')),
    aggregationTemporality: single(2, TEMPORALITY),
  },
  ExponentialHistogram: {
    dataPoints: repeated(1, message('ExponentialHistogramDataPoint')),
    aggregationTemporality: single(2, TEMPORALITY),
  },
  Summary: { dataPoints: repeated(1, message('SummaryDataPoint')) },
  NumberDataPoint: {
    attributes: attributes(7),
    startTimeUnixNano: single(2, 'fixed64'),
    timeUnixNano: single(3, 'fixed64'),
    asDouble: oneof(4, 'double'),
    asInt: oneof(6, 'sfixed64'),
    exemplars: repeated(5, message('Exemplar')),
    flags: single(8, 'uint32'),
  },
  HistogramDataPoint: {
    attributes: attributes(9),
    startTimeUnixNano: single(2, 'fixed64'),
    timeUnixNano: single(3, 'fixed64'),
    count: single(4, 'fixed64'),
    sum: optional(5, 'double'),
    bucketCounts: repeated(6, 'fixed64'),
    explicitBounds: repeated(7, 'double'),
    exemplars: repeated(8, message('Exemplar')),
    flags: single(10, 'uint32'),
    min: optional(11, 'double'),
    max: optional(12, 'double'),
  },
  ExponentialHistogramDataPoint: {
    attributes: attributes(1),
    startTimeUnixNano: single(2, 'fixed64'),
    timeUnixNano: single(3, 'fixed64'),
    count: single(4, 'fixed64'),
    sum: optional(5, 'double'),
    scale: single(6, 'sint32'),
    zeroCount: single(7, 'fixed64'),
    positive: single(8, message('Buckets')),
    negative: single(9, message('Buckets')),
    flags: single(10, 'uint32'),
    exemplars: repeated(11, message('Exemplar')),
    min: optional(12, 'double'),
    max: optional(13, 'double'),
    zeroThreshold: single(14, 'double'),
  },
  Buckets: { offset: single(1, 'sint32'), bucketCounts: repeated(2, 'uint64') },
  SummaryDataPoint: {
    attributes: attributes(7),
    startTimeUnixNano: single(2, 'fixed64'),
    timeUnixNano: single(3, 'fixed64'),
    count: single(4, 'fixed64'),
    sum: single(5, 'double'),
    quantileValues: repeated(6, message('ValueAtQuantile')),
    flags: single(8, 'uint32'),
  },
  ValueAtQuantile: { quantile: single(1, 'double'), value: single(2, 'double') },
  Exemplar: {
    filteredAttributes: attributes(7),
    timeUnixNano: single(2, 'fixed64'),
    asDouble: oneof(3, 'double'),
    asInt: oneof(6, 'sfixed64'),
    spanId: single(4, 'spanId'),
    traceId: single(5, 'traceId'),
  },
})

/** All OTLP message types, in the order of their ids. Field numbers are those of opentelemetry-proto 1.x. */
export const OTLP_TYPES: readonly MessageType[] = [...types.values()]

/** A message type by its protocol name (`Span`, `AnyValue`, `NumberDataPoint`...). */
export function otlpType(name: string): MessageType {
  const type = types.get(name)
  if (type === undefined) throw new Error(`no OTLP message type ${name}`)
  return type
}

/** The request, item, resource and scope types of each signal. */
export const REQUEST_TYPES: Readonly<Record<'traces' | 'logs' | 'metrics', MessageType>> = {
  traces: otlpType('ExportResourceSpans'),
  logs: otlpType('ExportResourceLogs'),
  metrics: otlpType('ExportResourceMetrics'),
}

export const ITEM_TYPES: Readonly<Record<'traces' | 'logs' | 'metrics', MessageType>> = {
  traces: otlpType('Span'),
  logs: otlpType('LogRecord'),
  metrics: otlpType('Metric'),
}
