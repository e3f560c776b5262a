import { DAY_COLUMN, type Table } from '../table.ts'

/** How often searches ask for a key, per day. Several rows a key until the engine merges them: read with GROUP BY. */
export const ATTRIBUTE_USAGE: Table = {
  name: 'attribute_usage',
  comment: 'How often searches filter and group by an attribute key',
  engine: 'AggregatingMergeTree',
  shardBy: 'cityHash64(Key)',
  expires: true,
  orderBy: ['Signal', 'Level', 'Key', 'Type'],
  columns: [
    DAY_COLUMN,
    { name: 'Signal', type: 'LowCardinality(String)', codec: 'ZSTD(1)', comment: 'traces, logs or metrics' },
    { name: 'Level', type: 'LowCardinality(String)', codec: 'ZSTD(1)', comment: 'As in attribute_keys' },
    { name: 'Key', type: 'String', codec: 'ZSTD(1)', comment: 'Attribute key' },
    {
      name: 'Type',
      type: 'LowCardinality(String)',
      codec: 'ZSTD(1)',
      comment: 'Type the key had there when it was asked for, as in attribute_keys',
    },
    {
      name: 'Filters',
      type: 'SimpleAggregateFunction(sum, UInt64)',
      codec: 'ZSTD(1)',
      comment: 'sum: searches that filter by it',
    },
    {
      name: 'Groups',
      type: 'SimpleAggregateFunction(sum, UInt64)',
      codec: 'ZSTD(1)',
      comment: 'sum: questions that group by it',
    },
    {
      name: 'LastUsedMillis',
      type: 'SimpleAggregateFunction(max, UInt64)',
      codec: 'ZSTD(1)',
      comment: 'max: when last, milliseconds since 1970',
    },
  ],
}

/** What people and the promotion job decided about keys. The newest row of a key by `user` is in force; the rest is history. */
export const KEY_DECISIONS: Table = {
  name: 'key_decisions',
  comment: 'Decisions about promoted keys, with reasons',
  engine: 'MergeTree',
  shardBy: 'everywhere',
  expires: false,
  orderBy: ['Level', 'Key', 'AtMillis'],
  columns: [
    { name: 'AtMillis', type: 'UInt64', codec: 'ZSTD(1)', comment: 'When, milliseconds since 1970' },
    { name: 'Level', type: 'LowCardinality(String)', codec: 'ZSTD(1)', comment: 'span, event, link or log' },
    { name: 'Key', type: 'String', codec: 'ZSTD(1)', comment: 'Attribute key' },
    {
      name: 'Action',
      type: 'LowCardinality(String)',
      codec: 'ZSTD(1)',
      comment: 'promote, demote, or auto (nothing is forced any more)',
    },
    { name: 'Author', type: 'LowCardinality(String)', codec: 'ZSTD(1)', comment: 'user or job' },
    { name: 'Reason', type: 'String', codec: 'ZSTD(1)', comment: 'Why' },
  ],
}
