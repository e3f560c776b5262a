import { z } from 'zod'
import { attributeLevel, limitInput, queryMeta, unixNanos } from './common.ts'
import { defineEndpoint } from './endpoint.ts'

export const KEY_SORTS = ['bytes', 'compressed', 'distinct', 'count', 'uses', 'used', 'key'] as const
export type KeySort = (typeof KEY_SORTS)[number]

/**
 * Where the values of a key are: `built-in` and `promoted` have a column; `filling` is getting one, queries still read the map;
 * `retiring` is losing it, queries read the map again; `map` has none; `interned` needs none, because its values are stored
 * once per resource, scope or series.
 */
const KEY_STATES = ['built-in', 'promoted', 'filling', 'retiring', 'map', 'interned'] as const

export const keyRow = z.object({
  signal: z.enum(['traces', 'logs', 'metrics']),
  level: attributeLevel,
  key: z.string(),
  /** Types that its values have had, the most frequent one first. */
  types: z.array(z.object({ type: z.string(), count: z.number(), bytes: z.number() })),
  /** Occurrences within the retention. */
  count: z.number(),
  /** Bytes of keys and values as they were sent. */
  bytes: z.number(),
  /** What that takes on disk. An estimate unless the key has a column that was measured. Null when nothing is known. */
  compressed: z.object({ bytes: z.number(), estimated: z.boolean() }).nullable(),
  /** Different values; at least so many when not exact. Null when no value was found in the sample. */
  distinct: z.object({ value: z.number(), exact: z.boolean() }).nullable(),
  /** Searches that filtered by it and questions that grouped by it, within the retention. */
  filters: z.number(),
  groups: z.number(),
  lastUsedNanos: unixNanos.nullable(),
  firstSeenNanos: unixNanos,
  lastSeenNanos: unixNanos,
  state: z.enum(KEY_STATES),
  /** Share of the rows that have the column; null when the key has none of its own. */
  filled: z.number().nullable(),
  /** Decided by a person; null when the store decides. */
  forced: z.enum(['promote', 'demote']).nullable(),
})
export type KeyRow = z.infer<typeof keyRow>

export const listKeys = defineEndpoint({
  id: 'listKeys',
  group: 'attributes',
  method: 'GET',
  path: '/api/keys',
  summary: 'What each attribute key costs, how it is used, and whether it has a column of its own',
  description:
    'Bytes after compression and distinct values come from a sample of the newest day, at most a minute old; `estimated` and `exact` say so.',
  input: z.object({
    signal: z.enum(['traces', 'logs', 'metrics']).optional(),
    level: attributeLevel.optional(),
    /** Only keys that contain this, in any case. */
    find: z.string().max(500).default(''),
    sort: z.enum(KEY_SORTS).default('bytes'),
    order: z.enum(['asc', 'desc']).default('desc'),
    limit: limitInput(500, 10_000),
  }),
  output: z.object({
    keys: z.array(keyRow),
    /** How many keys there are that fit the input; `keys` may be cut to the limit. */
    total: z.number(),
    /** Keys that have columns by promotion, and how many may have per table without anybody asking for more. */
    promoted: z.number(),
    maxPromoted: z.number(),
    /** Set while the store cannot look after keys. */
    trouble: z.string().nullable(),
    meta: queryMeta,
  }),
})

export const decideKey = defineEndpoint({
  id: 'decideKey',
  group: 'attributes',
  method: 'POST',
  path: '/api/keys/decide',
  summary: 'Give a key a column, take it away, or let the store decide again',
  description: 'Holds until somebody decides otherwise. No answer of a search depends on it, only its speed.',
  input: z.object({
    level: z.enum(['span', 'event', 'link', 'log']).default('span'),
    key: z.string().min(1).max(500),
    action: z.enum(['promote', 'demote', 'auto']),
  }),
  output: z.object({
    level: attributeLevel,
    key: z.string(),
    state: z.enum(['promoted', 'filling', 'retiring', 'map']),
  }),
})
