import { DAY_COLUMN, type Column, type Table } from '../table.ts'

const DURATION_HISTOGRAM: Column = {
  name: 'DurationBuckets',
  type: 'SimpleAggregateFunction(sumMap, Tuple(Array(Int16), Array(Float64)))',
  codec: 'ZSTD(1)',
  comment:
    'sumMap: (bucket, adjusted count) of durations; bucket b holds durations in (2^(b/8), 2^((b+1)/8)] nanoseconds, 0 and less in -1',
}

/**
 * Rate, errors and durations per minute, service and operation; written by the ingester with the spans. Several rows a
 * key until the engine merges them: always read with GROUP BY and sum / max / sumMap.
 */
export const OPERATION_STATS: Table = {
  name: 'operation_stats',
  comment: 'Span statistics per minute, service, name and kind',
  engine: 'AggregatingMergeTree',
  expires: true,
  shardBy: 'cityHash64(Service, Name)',
  orderBy: ['Service', 'Minute', 'Name', 'Kind'],
  columns: [
    DAY_COLUMN,
    { name: 'Minute', type: 'UInt32', codec: 'Delta, ZSTD(1)', comment: 'Start of spans, minutes since 1970' },
    { name: 'Service', type: 'LowCardinality(String)', codec: 'ZSTD(1)', comment: 'Service' },
    { name: 'Name', type: 'LowCardinality(String)', codec: 'ZSTD(1)', comment: 'Span name' },
    { name: 'Kind', type: 'UInt8', codec: 'ZSTD(1)', comment: 'Span kind as in spans' },
    { name: 'Spans', type: 'SimpleAggregateFunction(sum, UInt64)', codec: 'ZSTD(1)', comment: 'sum: spans stored' },
    { name: 'Errors', type: 'SimpleAggregateFunction(sum, UInt64)', codec: 'ZSTD(1)', comment: 'sum: of them errors' },
    {
      name: 'AdjustedSpans',
      type: 'SimpleAggregateFunction(sum, Float64)',
      codec: 'ZSTD(1)',
      comment: 'sum: spans that happened (weighted by adjusted count)',
    },
    {
      name: 'AdjustedErrors',
      type: 'SimpleAggregateFunction(sum, Float64)',
      codec: 'ZSTD(1)',
      comment: 'sum: errors that happened',
    },
    {
      name: 'AdjustedDurationNanos',
      type: 'SimpleAggregateFunction(sum, Float64)',
      codec: 'ZSTD(1)',
      comment: 'sum: durations, weighted',
    },
    DURATION_HISTOGRAM,
  ],
}

/**
 * Who calls whom, per minute. Filled from closed minutes of `spans` by the edge job. Read with GROUP BY and sums.
 */
export const SERVICE_EDGES: Table = {
  name: 'service_edges',
  comment: 'Calls between services per minute',
  engine: 'AggregatingMergeTree',
  expires: true,
  shardBy: 'cityHash64(Caller, Callee)',
  orderBy: ['Minute', 'Caller', 'Callee', 'Connection'],
  columns: [
    DAY_COLUMN,
    { name: 'Minute', type: 'UInt32', codec: 'Delta, ZSTD(1)', comment: 'Minutes since 1970' },
    { name: 'Caller', type: 'LowCardinality(String)', codec: 'ZSTD(1)', comment: 'Calling service' },
    { name: 'Callee', type: 'LowCardinality(String)', codec: 'ZSTD(1)', comment: 'Called service, database or peer' },
    {
      name: 'Connection',
      type: 'LowCardinality(String)',
      codec: 'ZSTD(1)',
      comment:
        'rpc (client to server), messaging (producer to consumer), database, or peer (callee sends no telemetry)',
    },
    { name: 'Calls', type: 'SimpleAggregateFunction(sum, UInt64)', codec: 'ZSTD(1)', comment: 'sum: calls stored' },
    {
      name: 'Errors',
      type: 'SimpleAggregateFunction(sum, UInt64)',
      codec: 'ZSTD(1)',
      comment: 'sum: failed calls stored',
    },
    { name: 'AdjustedCalls', type: 'SimpleAggregateFunction(sum, Float64)', codec: 'ZSTD(1)', comment: 'sum: calls' },
    { name: 'AdjustedErrors', type: 'SimpleAggregateFunction(sum, Float64)', codec: 'ZSTD(1)', comment: 'sum: failed' },
    DURATION_HISTOGRAM,
  ],
}

/** Which attributes exist: the catalogue behind completion and untyped search. Read with GROUP BY. */
export const ATTRIBUTE_KEYS: Table = {
  name: 'attribute_keys',
  comment: 'Attribute catalogue',
  engine: 'AggregatingMergeTree',
  expires: true,
  shardBy: 'cityHash64(Key)',
  orderBy: ['Signal', 'Level', 'Key', 'Type'],
  columns: [
    DAY_COLUMN,
    { name: 'Signal', type: 'LowCardinality(String)', codec: 'ZSTD(1)', comment: 'traces, logs or metrics' },
    {
      name: 'Level',
      type: 'LowCardinality(String)',
      codec: 'ZSTD(1)',
      comment: 'resource, scope, span, event, link, log or point',
    },
    { name: 'Key', type: 'String', codec: 'ZSTD(1)', comment: 'Attribute key' },
    {
      name: 'Type',
      type: 'LowCardinality(String)',
      codec: 'ZSTD(1)',
      comment: 'string, int, double, bool, bytes, array, map or empty',
    },
    { name: 'Count', type: 'SimpleAggregateFunction(sum, UInt64)', codec: 'ZSTD(1)', comment: 'sum: occurrences' },
    {
      name: 'Bytes',
      type: 'SimpleAggregateFunction(sum, UInt64)',
      codec: 'ZSTD(1)',
      comment: 'sum: key and value bytes',
    },
    {
      name: 'FirstSeenNanos',
      type: 'SimpleAggregateFunction(min, UInt64)',
      codec: 'ZSTD(1)',
      comment: 'min: arrival of the first, nanoseconds since 1970',
    },
    {
      name: 'LastSeenNanos',
      type: 'SimpleAggregateFunction(max, UInt64)',
      codec: 'ZSTD(1)',
      comment: 'max: arrival of the last, nanoseconds since 1970',
    },
  ],
}
