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
  // Asked for one trace at a time, and trace ids are random: a small granule is read in each part.
  indexGranularity: 512,
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
      name: 'MaxEndNanos',
      type: 'SimpleAggregateFunction(max, UInt64)',
      codec: 'ZSTD(1)',
      comment: 'max: last span end (a span that ends before its start counts with its start); bounds the read of spans',
    },
    {
      name: 'LastArrivalSeconds',
      type: 'SimpleAggregateFunction(max, UInt32)',
      codec: 'ZSTD(1)',
      comment:
        'max: when the newest of its spans was received, by the clock that took it, seconds since 1970; 0 when not known',
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
  ],
}
