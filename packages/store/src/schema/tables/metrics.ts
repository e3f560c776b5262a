import { attributeColumn, type Column, DAY_COLUMN, type Table } from '../table.ts'

/**
 * One row per series and day: what a point's SeriesId stands for. Read with `LIMIT 1 BY SeriesId`.
 */
export const METRIC_SERIES: Table = {
  name: 'metric_series',
  comment: 'Interned metric series',
  engine: 'ReplacingMergeTree',
  expires: true,
  shardBy: 'SeriesId',
  orderBy: ['Name', 'SeriesId'],
  columns: [
    DAY_COLUMN,
    {
      name: 'SeriesId',
      type: 'UInt64',
      codec: 'ZSTD(1)',
      comment: 'Hash of everything below but description and metadata',
    },
    { name: 'Name', type: 'LowCardinality(String)', codec: 'ZSTD(1)', comment: 'Metric name' },
    {
      name: 'Type',
      type: 'UInt8',
      codec: 'ZSTD(1)',
      comment:
        '1 gauge, 2 sum, 3 histogram, 4 exponential histogram, 5 summary; also says which table holds the points',
    },
    { name: 'Unit', type: 'LowCardinality(String)', codec: 'ZSTD(1)', comment: 'Unit (UCUM)' },
    { name: 'Description', type: 'LowCardinality(String)', codec: 'ZSTD(1)', comment: 'Description' },
    { name: 'Temporality', type: 'UInt8', codec: 'ZSTD(1)', comment: '0 unspecified, 1 delta, 2 cumulative' },
    { name: 'Monotonic', type: 'UInt8', codec: 'ZSTD(1)', comment: '1 for a monotonic sum' },
    { name: 'Service', type: 'LowCardinality(String)', codec: 'ZSTD(1)', comment: 'service.name of the resource' },
    { name: 'ResourceId', type: 'UInt64', codec: 'ZSTD(1)', comment: 'Key into resources' },
    { name: 'ScopeId', type: 'UInt64', codec: 'ZSTD(1)', comment: 'Key into scopes' },
    attributeColumn('Attributes', 'Attributes of the data points'),
    attributeColumn('Metadata', 'Metadata of the metric'),
  ],
}

const POINT_HEAD: readonly Column[] = [
  DAY_COLUMN,
  { name: 'Name', type: 'LowCardinality(String)', codec: 'ZSTD(1)', comment: 'Metric name' },
  { name: 'SeriesId', type: 'UInt64', codec: 'ZSTD(1)', comment: 'Key into metric_series' },
  { name: 'AtNanos', type: 'UInt64', codec: 'DoubleDelta, ZSTD(1)', comment: 'Time of the point' },
  {
    name: 'StartNanos',
    type: 'UInt64',
    codec: 'DoubleDelta, ZSTD(1)',
    comment: 'Start of the interval; 0 when absent',
  },
  { name: 'Flags', type: 'UInt32', codec: 'T64, ZSTD(1)', comment: 'Bit 0: no recorded value' },
]

const EXEMPLARS: readonly Column[] = [
  { name: 'ExemplarNanos', type: 'Array(UInt64)', codec: 'ZSTD(1)', comment: 'Exemplar times' },
  { name: 'ExemplarValue', type: 'Array(Float64)', codec: 'ZSTD(1)', comment: 'Exemplar values' },
  { name: 'ExemplarInt', type: 'Array(Int64)', codec: 'ZSTD(1)', comment: 'Exact value of integer exemplars' },
  { name: 'ExemplarType', type: 'Array(UInt8)', codec: 'ZSTD(1)', comment: '0 no value, 1 double, 2 int' },
  { name: 'ExemplarTraceId', type: 'Array(FixedString(16))', codec: 'ZSTD(1)', comment: 'Trace id; zeros when absent' },
  { name: 'ExemplarSpanId', type: 'Array(FixedString(8))', codec: 'ZSTD(1)', comment: 'Span id; zeros when absent' },
  {
    name: 'ExemplarAttributes',
    type: 'Array(Map(LowCardinality(String), String))',
    codec: 'ZSTD(1)',
    comment: 'Filtered attributes of each exemplar',
  },
]

const NUMBER_POINT: readonly Column[] = [
  { name: 'Value', type: 'Float64', codec: 'Gorilla, ZSTD(1)', comment: 'Value; rounded when the exact one is an int' },
  { name: 'IntValue', type: 'Int64', codec: 'T64, ZSTD(1)', comment: 'Exact value when ValueType is 2' },
  { name: 'ValueType', type: 'UInt8', codec: 'ZSTD(1)', comment: '0 no value, 1 double, 2 int' },
]

const DISTRIBUTION: readonly Column[] = [
  { name: 'Count', type: 'UInt64', codec: 'T64, ZSTD(1)', comment: 'Number of measurements' },
  { name: 'Sum', type: 'Nullable(Float64)', codec: 'ZSTD(1)', comment: 'Sum of measurements; null when not sent' },
  { name: 'Min', type: 'Nullable(Float64)', codec: 'ZSTD(1)', comment: 'Smallest measurement; null when not sent' },
  { name: 'Max', type: 'Nullable(Float64)', codec: 'ZSTD(1)', comment: 'Largest measurement; null when not sent' },
]

function pointTable(name: string, comment: string, columns: readonly Column[]): Table {
  return {
    name,
    comment,
    engine: 'MergeTree',
    expires: true,
    shardBy: 'SeriesId',
    orderBy: ['Name', 'SeriesId', 'AtNanos'],
    columns: [...POINT_HEAD, ...columns],
  }
}

export const METRIC_GAUGE: Table = pointTable('metric_gauge', 'Gauge points', [...NUMBER_POINT, ...EXEMPLARS])

export const METRIC_SUM: Table = pointTable('metric_sum', 'Sum points', [...NUMBER_POINT, ...EXEMPLARS])

export const METRIC_HISTOGRAM: Table = pointTable('metric_histogram', 'Histogram points', [
  ...DISTRIBUTION,
  { name: 'BucketCounts', type: 'Array(UInt64)', codec: 'ZSTD(1)', comment: 'Counts; one more than bounds' },
  { name: 'Bounds', type: 'Array(Float64)', codec: 'ZSTD(1)', comment: 'Upper bounds, inclusive' },
  ...EXEMPLARS,
])

export const METRIC_EXP_HISTOGRAM: Table = pointTable('metric_exp_histogram', 'Exponential histogram points', [
  ...DISTRIBUTION,
  { name: 'Scale', type: 'Int32', codec: 'ZSTD(1)', comment: 'Base is 2^(2^-scale)' },
  { name: 'ZeroCount', type: 'UInt64', codec: 'ZSTD(1)', comment: 'Measurements in the zero bucket' },
  { name: 'ZeroThreshold', type: 'Float64', codec: 'ZSTD(1)', comment: 'Half width of the zero bucket' },
  { name: 'PositiveOffset', type: 'Int32', codec: 'ZSTD(1)', comment: 'Index of the first positive bucket' },
  { name: 'PositiveCounts', type: 'Array(UInt64)', codec: 'ZSTD(1)', comment: 'Positive bucket counts' },
  { name: 'NegativeOffset', type: 'Int32', codec: 'ZSTD(1)', comment: 'Index of the first negative bucket' },
  { name: 'NegativeCounts', type: 'Array(UInt64)', codec: 'ZSTD(1)', comment: 'Negative bucket counts' },
  ...EXEMPLARS,
])

export const METRIC_SUMMARY: Table = pointTable('metric_summary', 'Summary points', [
  { name: 'Count', type: 'UInt64', codec: 'T64, ZSTD(1)', comment: 'Number of measurements' },
  { name: 'Sum', type: 'Float64', codec: 'ZSTD(1)', comment: 'Sum of measurements' },
  { name: 'Quantiles', type: 'Array(Float64)', codec: 'ZSTD(1)', comment: 'Quantiles, 0 to 1' },
  { name: 'QuantileValues', type: 'Array(Float64)', codec: 'ZSTD(1)', comment: 'Value at each quantile' },
])
