import { attributeColumn, DAY_COLUMN, type Table } from '../table.ts'

/**
 * Resources, once per content and day in which a row refers to them (so that a reference never outlives them). Read with
 * `LIMIT 1 BY ResourceId` or through `ResourceId IN (…)`.
 */
export const RESOURCES: Table = {
  name: 'resources',
  comment: 'Interned resources',
  engine: 'ReplacingMergeTree',
  expires: true,
  shardBy: 'ResourceId',
  orderBy: ['ResourceId'],
  columns: [
    DAY_COLUMN,
    { name: 'ResourceId', type: 'UInt64', codec: 'ZSTD(1)', comment: 'Hash of the content' },
    { name: 'Service', type: 'LowCardinality(String)', codec: 'ZSTD(1)', comment: 'service.name, empty when absent' },
    attributeColumn('Attributes', 'All resource attributes'),
    { name: 'SchemaUrl', type: 'LowCardinality(String)', codec: 'ZSTD(1)', comment: 'Schema URL of the resource' },
    { name: 'DroppedAttributes', type: 'UInt32', codec: 'ZSTD(1)', comment: 'Attributes dropped by the sender' },
  ],
}

/** Instrumentation scopes, interned like resources. */
export const SCOPES: Table = {
  name: 'scopes',
  comment: 'Interned instrumentation scopes',
  engine: 'ReplacingMergeTree',
  expires: true,
  shardBy: 'ScopeId',
  orderBy: ['ScopeId'],
  columns: [
    DAY_COLUMN,
    { name: 'ScopeId', type: 'UInt64', codec: 'ZSTD(1)', comment: 'Hash of the content' },
    { name: 'Name', type: 'LowCardinality(String)', codec: 'ZSTD(1)', comment: 'Scope name' },
    { name: 'Version', type: 'LowCardinality(String)', codec: 'ZSTD(1)', comment: 'Scope version' },
    attributeColumn('Attributes', 'All scope attributes'),
    { name: 'SchemaUrl', type: 'LowCardinality(String)', codec: 'ZSTD(1)', comment: 'Schema URL of the scope' },
    { name: 'DroppedAttributes', type: 'UInt32', codec: 'ZSTD(1)', comment: 'Attributes dropped by the sender' },
  ],
}
