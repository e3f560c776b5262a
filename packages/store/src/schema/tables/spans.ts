import { ATTRIBUTE_INDEX } from '../attribute-index.ts'
import { promotedColumns, PROMOTED_SPAN_ATTRIBUTES } from '../promoted.ts'
import { attributeColumn, DAY_COLUMN, type Table } from '../table.ts'

/**
 * One row a span. Sorted by minute and trace: the spans of a trace lie together, so ids compress and a trace is one
 * granule (docs/adr/0005-store-sort-order.md). Time bounds go on StartNanos: its min-max index, not the key, prunes by it.
 */
export const SPANS: Table = {
  name: 'spans',
  comment: 'One row a span',
  engine: 'MergeTree',
  expires: true,
  shardBy: 'cityHash64(TraceId)',
  orderBy: ['intDiv(StartNanos, 60000000000)', 'TraceId', 'StartNanos'],
  columns: [
    DAY_COLUMN,
    {
      name: 'StartNanos',
      type: 'UInt64',
      codec: 'Delta, T64, ZSTD(1)',
      comment: 'Start, nanoseconds since 1970, as sent',
    },
    {
      name: 'DurationNanos',
      type: 'Int64',
      codec: 'T64, ZSTD(1)',
      comment: 'End minus start modulo 2^64; negative when the sender said that the end is before the start',
    },
    { name: 'TraceId', type: 'FixedString(16)', codec: 'ZSTD(1)', comment: 'Trace id, 16 bytes' },
    {
      name: 'Ids',
      type: 'FixedString(16)',
      codec: 'ZSTD(3)',
      comment:
        'Span id and parent span id, 8 bytes each: side by side, so that a parent is a reference to bytes seen shortly before (9.0 instead of 12.7 bytes a span)',
    },
    {
      name: 'SpanId',
      type: 'FixedString(8)',
      alias: 'toFixedString(substring(Ids, 1, 8), 8)',
      comment: 'Span id',
    },
    {
      name: 'ParentSpanId',
      type: 'FixedString(8)',
      alias: 'toFixedString(substring(Ids, 9, 8), 8)',
      comment: 'Parent span id; zeros for a root span',
    },
    { name: 'TraceState', type: 'String', codec: 'ZSTD(1)', comment: 'W3C tracestate as sent' },
    { name: 'Flags', type: 'UInt32', codec: 'T64, ZSTD(1)', comment: 'Trace flags, and is-remote bits (OTLP)' },
    { name: 'Name', type: 'LowCardinality(String)', codec: 'ZSTD(1)', comment: 'Span name' },
    {
      name: 'Service',
      type: 'LowCardinality(String)',
      codec: 'ZSTD(1)',
      comment: 'service.name of the resource; empty when it has none',
    },
    {
      name: 'Kind',
      type: 'UInt8',
      codec: 'ZSTD(1)',
      comment: '0 unspecified, 1 internal, 2 server, 3 client, 4 producer, 5 consumer',
    },
    { name: 'StatusCode', type: 'UInt8', codec: 'T64, ZSTD(1)', comment: '0 unset, 1 ok, 2 error' },
    { name: 'StatusMessage', type: 'String', codec: 'ZSTD(1)', comment: 'Status description' },
    { name: 'ResourceId', type: 'LowCardinality(UInt64)', codec: 'ZSTD(1)', comment: 'Key into resources' },
    { name: 'ScopeId', type: 'LowCardinality(UInt64)', codec: 'ZSTD(1)', comment: 'Key into scopes' },
    {
      name: 'AdjustedCount',
      type: 'Float64',
      codec: 'ZSTD(1)',
      comment: 'How many spans this one stands for (tracestate ot=th); weight every count by it',
    },
    attributeColumn('Attributes', 'Span attributes that are not in a promoted column'),
    { name: 'DroppedAttributes', type: 'UInt32', codec: 'T64, ZSTD(1)', comment: 'Attributes dropped by the sender' },
    { name: 'DroppedEvents', type: 'UInt32', codec: 'T64, ZSTD(1)', comment: 'Events dropped by the sender' },
    { name: 'DroppedLinks', type: 'UInt32', codec: 'T64, ZSTD(1)', comment: 'Links dropped by the sender' },
    { name: 'EventNanos', type: 'Array(UInt64)', codec: 'ZSTD(1)', comment: 'Event times, nanoseconds since 1970' },
    { name: 'EventName', type: 'Array(LowCardinality(String))', codec: 'ZSTD(1)', comment: 'Event names' },
    {
      name: 'EventAttributes',
      type: 'Array(Map(LowCardinality(String), String))',
      codec: 'ZSTD(1)',
      comment: 'Attributes of each event',
    },
    {
      name: 'EventDroppedAttributes',
      type: 'Array(UInt32)',
      codec: 'ZSTD(1)',
      comment: 'Dropped attributes per event',
    },
    { name: 'LinkTraceId', type: 'Array(FixedString(16))', codec: 'ZSTD(1)', comment: 'Trace id of each link' },
    { name: 'LinkSpanId', type: 'Array(FixedString(8))', codec: 'ZSTD(1)', comment: 'Span id of each link' },
    { name: 'LinkTraceState', type: 'Array(String)', codec: 'ZSTD(1)', comment: 'Tracestate of each link' },
    { name: 'LinkFlags', type: 'Array(UInt32)', codec: 'ZSTD(1)', comment: 'Flags of each link' },
    {
      name: 'LinkAttributes',
      type: 'Array(Map(LowCardinality(String), String))',
      codec: 'ZSTD(1)',
      comment: 'Attributes of each link',
    },
    { name: 'LinkDroppedAttributes', type: 'Array(UInt32)', codec: 'ZSTD(1)', comment: 'Dropped attributes per link' },
    ...promotedColumns(PROMOTED_SPAN_ATTRIBUTES),
  ],
  indexes: [
    { name: 'start', expression: 'StartNanos', type: 'minmax', granularity: 1 },
    { name: 'trace_id', expression: 'TraceId', type: 'bloom_filter(0.001)', granularity: 1 },
    { name: 'duration', expression: 'DurationNanos', type: 'minmax', granularity: 1 },
    ATTRIBUTE_INDEX,
    { name: 'user_id', expression: 'a_user_id', type: 'bloom_filter(0.01)', granularity: 1 },
    { name: 'session_id', expression: 'a_session_id', type: 'bloom_filter(0.01)', granularity: 1 },
  ],
}
