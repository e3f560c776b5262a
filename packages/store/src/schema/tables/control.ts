import type { Table } from '../table.ts'

/** Versions of the schema that were reached; the newest row counts. */
const SCHEMA_VERSIONS: Table = {
  name: 'schema_version',
  comment: 'Schema versions, the newest row counts',
  engine: 'MergeTree',
  expires: false,
  shardBy: 'everywhere',
  orderBy: ['At'],
  columns: [
    { name: 'Version', type: 'UInt32', comment: 'Schema version that was reached' },
    { name: 'RetentionDays', type: 'UInt32', comment: 'Retention that the tables have' },
    { name: 'At', type: "DateTime64(3, 'UTC') DEFAULT now64(3)", comment: 'When' },
  ],
}

/** What shards a cluster had, from when on: the first row, and one for each change. */
const SHARD_LAYOUTS: Table = {
  name: 'shard_layouts',
  comment: 'Numbers and weights of the shards, a row for each change',
  engine: 'MergeTree',
  expires: false,
  shardBy: 'everywhere',
  orderBy: ['At'],
  columns: [
    { name: 'Layout', type: 'String', comment: 'Number and weight of each shard, such as 1:1,2:1' },
    { name: 'At', type: "DateTime64(3, 'UTC') DEFAULT now64(3)", comment: 'Seen first' },
  ],
}

/**
 * Who does what only one may do. Each row is a term of one job: it is inserted with the deduplication token `lease/<job>/<term>`, so
 * of all nodes that want a term one gets it. The row with the highest term counts; the engine forgets the others.
 */
const LEASES: Table = {
  name: 'leases',
  comment: 'Terms of the jobs that only one node does at a time; the highest counts',
  engine: 'ReplacingMergeTree',
  versionColumn: 'Term',
  expires: false,
  shardBy: 'everywhere',
  orderBy: ['Job'],
  columns: [
    { name: 'Job', type: 'String', comment: 'What is to be done by one only' },
    { name: 'Term', type: 'UInt64', comment: 'Counts up with every taking, renewal and giving back' },
    { name: 'Owner', type: 'String', comment: 'Who has it; empty when it was given back' },
    { name: 'Node', type: 'String', comment: 'Where the owner runs, for people' },
    {
      name: 'At',
      type: "DateTime64(3, 'UTC') DEFAULT now64(3)",
      comment: 'When, by the clock of the server; for people',
    },
  ],
}

/** Tables that are made before everything else; they do not take part in migrations. */
export const CONTROL_TABLES: readonly Table[] = [SCHEMA_VERSIONS, LEASES, SHARD_LAYOUTS]
