import { ATTRIBUTE_INDEX } from '../attribute-index.ts'
import { promotedColumns, PROMOTED_LOG_ATTRIBUTES } from '../promoted.ts'
import { attributeColumn, DAY_COLUMN, type Table } from '../table.ts'

/** One row a log record. Time bounds go on AtNanos. */
export const LOGS: Table = {
  name: 'logs',
  comment: 'One row a log record',
  engine: 'MergeTree',
  expires: true,
  shardBy: 'cityHash64(Id)',
  orderBy: ['intDiv(AtNanos, 60000000000)', 'Service', 'AtNanos'],
  columns: [
    DAY_COLUMN,
    {
      name: 'AtNanos',
      type: 'UInt64',
      codec: 'Delta, ZSTD(1)',
      comment: 'Time, or observed time when the record has none: the time to filter and sort by',
    },
    { name: 'TimeNanos', type: 'UInt64', codec: 'Delta, ZSTD(1)', comment: 'Time as sent; 0 when absent' },
    { name: 'ObservedNanos', type: 'UInt64', codec: 'Delta, ZSTD(1)', comment: 'Observed time as sent; 0 when absent' },
    {
      name: 'Id',
      type: 'UInt64',
      codec: 'ZSTD(1)',
      comment: 'Arrival order, unique per store: the tie-breaker of a stable order',
    },
    { name: 'Service', type: 'LowCardinality(String)', codec: 'ZSTD(1)', comment: 'service.name of the resource' },
    { name: 'SeverityNumber', type: 'UInt8', codec: 'T64, ZSTD(1)', comment: 'OTLP severity, 0 to 24' },
    {
      name: 'SeverityText',
      type: 'LowCardinality(String)',
      codec: 'ZSTD(1)',
      comment: 'Severity as the program named it',
    },
    {
      name: 'Body',
      type: 'String',
      codec: 'ZSTD(1)',
      comment: 'Body as text: as in attribute values, without the tag (see BodyType)',
    },
    {
      name: 'BodyType',
      type: 'UInt8',
      codec: 'ZSTD(1)',
      comment:
        'Type of the body as in attribute values: 0 text, 1 int, 2 double, 3 bool, 4 bytes, 5 array, 6 map, 7 empty value, 8 no body',
    },
    { name: 'TraceId', type: 'FixedString(16)', codec: 'ZSTD(1)', comment: 'Trace id; zeros when absent' },
    { name: 'SpanId', type: 'FixedString(8)', codec: 'ZSTD(1)', comment: 'Span id; zeros when absent' },
    { name: 'Flags', type: 'UInt32', codec: 'T64, ZSTD(1)', comment: 'Trace flags' },
    {
      name: 'EventName',
      type: 'LowCardinality(String)',
      codec: 'ZSTD(1)',
      comment: 'Event name; empty when not an event',
    },
    { name: 'ResourceId', type: 'UInt64', codec: 'ZSTD(1)', comment: 'Key into resources' },
    { name: 'ScopeId', type: 'UInt64', codec: 'ZSTD(1)', comment: 'Key into scopes' },
    attributeColumn('Attributes', 'Log attributes that are not in a promoted column'),
    { name: 'DroppedAttributes', type: 'UInt32', codec: 'T64, ZSTD(1)', comment: 'Attributes dropped by the sender' },
    ...promotedColumns(PROMOTED_LOG_ATTRIBUTES),
  ],
  indexes: [
    { name: 'body_text', expression: 'Body', type: "text(tokenizer = 'splitByNonAlpha', preprocessor = lower(Body))" },
    { name: 'at', expression: 'AtNanos', type: 'minmax', granularity: 1 },
    { name: 'trace_id', expression: 'TraceId', type: 'bloom_filter(0.001)', granularity: 1 },
    ATTRIBUTE_INDEX,
    { name: 'severity', expression: 'SeverityNumber', type: 'set(32)', granularity: 1 },
  ],
}
