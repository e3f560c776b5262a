import { DAY_COLUMN, type Table } from '../table.ts'

/**
 * Partial facts about traces: several rows a trace (one per segment its spans came in), merged by the engine. Always
 * read with GROUP BY TraceId and the aggregate named in each comment. It says where a trace lies in `spans`, so that
 * opening a trace by id needs no time range.
 */
export const TRACE_SUMMARIES: Table = {
  name: 'trace_summaries',
  comment: 'Facts per trace, to be aggregated by TraceId',
  engine: 'AggregatingMergeTree',
  expires: true,
  shardBy: 'cityHash64(TraceId)',
  orderBy: ['TraceId'],
  columns: [
    DAY_COLUMN,
    { name: 'TraceId', type: 'FixedString(16)', codec: 'ZSTD(1)', comment: 'Trace id' },
    {
      name: 'MinStartNanos',
      type: 'SimpleAggregateFunction(min, UInt64)',
      codec: 'ZSTD(1)',
      comment: 'min: first span start; bounds the read of spans',
    },
    {
      name: 'MaxStartNanos',
      type: 'SimpleAggregateFunction(max, UInt64)',
      codec: 'ZSTD(1)',
      comment: 'max: last span start; bounds the read of spans',
    },
    {
      name: 'MaxEndNanos',
      type: 'SimpleAggregateFunction(max, UInt64)',
      codec: 'ZSTD(1)',
      comment: 'max: last span end (a span that ends before its start counts with its start)',
    },
    {
      name: 'SpanCount',
      type: 'SimpleAggregateFunction(sum, UInt64)',
      codec: 'ZSTD(1)',
      comment: 'sum: spans received',
    },
    {
      name: 'ErrorCount',
      type: 'SimpleAggregateFunction(sum, UInt64)',
      codec: 'ZSTD(1)',
      comment: 'sum: spans with status error',
    },
    {
      name: 'Root',
      type: 'SimpleAggregateFunction(max, Tuple(UInt8, UInt64, String, String, Int64, Float64))',
      codec: 'ZSTD(1)',
      comment:
        'max: (1 when a root span was seen else 0, 2^64-1 minus start, service, name, duration, adjusted count) of the root, or of the earliest span as long as there is no root',
    },
    {
      name: 'Services',
      type: 'SimpleAggregateFunction(groupUniqArrayArray, Array(String))',
      codec: 'ZSTD(1)',
      comment: 'groupUniqArrayArray: services that took part',
    },
  ],
}
