import { z } from 'zod'
import { defineEndpoint } from './endpoint.ts'
import {
  attribute,
  attributeLevel,
  honestCount,
  limitInput,
  queryMeta,
  rangeInput,
  spanKind,
  spanStatus,
  unixNanos,
} from './common.ts'

export const traceIdText = z.string().regex(/^[0-9a-fA-F]{1,32}$/, 'a trace id is 1 to 32 hex digits')
export const spanIdText = z.string().regex(/^[0-9a-fA-F]{1,16}$/, 'a span id is 1 to 16 hex digits')

/** One row of a trace result list. `root*` are those of the span without parent, when it has arrived. */
export const traceSummary = z.object({
  traceId: z.string(),
  rootService: z.string().nullable(),
  rootName: z.string().nullable(),
  rootStatus: spanStatus.nullable(),
  rootKind: spanKind.nullable(),
  startNanos: unixNanos,
  durationNanos: z.number(),
  spanCount: z.number(),
  errorCount: z.number(),
  /** Services by number of spans, largest first. */
  services: z.array(z.object({ name: z.string(), spanCount: z.number(), errorCount: z.number() })),
  /** Spans of this trace that match the query, and the first few of them. */
  matchCount: z.number(),
  matches: z.array(
    z.object({
      spanId: z.string(),
      service: z.string(),
      name: z.string(),
      kind: spanKind,
      status: spanStatus,
      startNanos: unixNanos,
      durationNanos: z.number(),
    }),
  ),
  /** How many traces of this kind this one stands for (sampling). */
  adjustedCount: z.number(),
})
export type TraceSummary = z.infer<typeof traceSummary>

export const TRACE_SORTS = ['newest', 'oldest', 'longest', 'shortest'] as const

const searchInput = rangeInput.extend({
  /** Search language, see docs/search.md. Conditions joined by AND must hold on one and the same span. */
  q: z.string().max(10_000).default(''),
})

export const searchTraces = defineEndpoint({
  id: 'searchTraces',
  group: 'traces',
  method: 'GET',
  path: '/api/traces',
  summary: 'Find traces',
  description: 'Stable order and keyset paging: pass `nextCursor` back as `cursor` to go on.',
  input: searchInput.extend({
    sort: z.enum(TRACE_SORTS).default('newest'),
    limit: limitInput(20, 1000),
    cursor: z.string().max(500).optional(),
  }),
  output: z.object({
    traces: z.array(traceSummary),
    nextCursor: z.string().nullable(),
    total: honestCount,
    meta: queryMeta,
  }),
})

export const traceHistogram = defineEndpoint({
  id: 'traceHistogram',
  group: 'traces',
  method: 'GET',
  path: '/api/traces/histogram',
  summary: 'Matching spans by time and duration',
  description:
    'A heatmap: cells that are empty are left out. Duration buckets are powers of ten split in `durationSteps`.',
  input: searchInput.extend({ timeBuckets: limitInput(120, 1000), durationSteps: limitInput(4, 20) }),
  output: z.object({
    startNanos: unixNanos,
    /** Width of a time bucket. */
    stepNanos: z.number(),
    timeBuckets: z.number(),
    /** Lower bounds of the duration buckets, nanoseconds, rising. */
    durationBounds: z.array(z.number()),
    cells: z.array(
      z.object({ time: z.number(), duration: z.number(), count: z.number(), errors: z.number(), adjusted: z.number() }),
    ),
    meta: queryMeta,
  }),
})

export const traceScatter = defineEndpoint({
  id: 'traceScatter',
  group: 'traces',
  method: 'GET',
  path: '/api/traces/scatter',
  summary: 'Matching traces as points: start and duration',
  input: searchInput.extend({ limit: limitInput(2000, 20_000) }),
  output: z.object({
    points: z.array(
      z.object({
        traceId: z.string(),
        spanId: z.string(),
        startNanos: unixNanos,
        durationNanos: z.number(),
        service: z.string(),
        name: z.string(),
        error: z.boolean(),
      }),
    ),
    meta: queryMeta,
  }),
})

/**
 * Spans of one trace in columns, in tree order (a parent before its children, siblings by start), so that 100,000 of
 * them stay small and can be read in windows. `name`, `service` and `scope` index into the dictionaries.
 */
export const spanColumns = z.object({
  /** Row of the first span here in the order of the whole trace. */
  offset: z.number(),
  spanId: z.array(z.string()),
  /** Row of the parent in the order of the whole trace; -1 for a root, -2 when the parent is not in the store. */
  parent: z.array(z.number()),
  parentSpanId: z.array(z.string()),
  depth: z.array(z.number()),
  /** Rows of the subtree below this one. */
  descendants: z.array(z.number()),
  service: z.array(z.number()),
  name: z.array(z.number()),
  kind: z.array(spanKind),
  status: z.array(spanStatus),
  /** Nanoseconds after the trace's start. */
  startOffsetNanos: z.array(z.number()),
  durationNanos: z.array(z.number()),
  eventCount: z.array(z.number()),
  linkCount: z.array(z.number()),
  /** A short hint what the span did (route, statement, peer), for the bar's label. */
  hint: z.array(z.string()),
})
export type SpanColumns = z.infer<typeof spanColumns>

/** The times of a trace against the time it was received: `ahead` in the future, or arrived `late`, by so much. */
export const timeNote = z.object({ kind: z.enum(['ahead', 'late']), byNanos: unixNanos })
export type TimeNote = z.infer<typeof timeNote>

export const getTrace = defineEndpoint({
  id: 'getTrace',
  group: 'traces',
  method: 'GET',
  path: '/api/traces/:traceId',
  summary: 'A trace: its summary and a window of its spans',
  description: 'Never needs a time range. The id may lack leading zeros.',
  input: z.object({
    traceId: traceIdText,
    offset: z.coerce.number().int().min(0).default(0),
    limit: limitInput(10_000, 100_000),
  }),
  output: z.object({
    traceId: z.string(),
    startNanos: unixNanos,
    durationNanos: z.number(),
    spanCount: z.number(),
    errorCount: z.number(),
    logCount: z.number(),
    rootService: z.string().nullable(),
    rootName: z.string().nullable(),
    /** Dictionaries of `spans.service` and `spans.name`. */
    services: z.array(z.string()),
    names: z.array(z.string()),
    /** Spans whose parent is not in the store. */
    orphanCount: z.number(),
    /** Spans that start before their parent, or after the call they answer was over: clocks differ. */
    clockSkewCount: z.number(),
    /** Set when its times do not fit the time it arrived. */
    timeNote: timeNote.nullable(),
    adjustedCount: z.number(),
    spans: spanColumns,
    meta: queryMeta,
  }),
})

export const spanEvent = z.object({
  timeNanos: unixNanos,
  name: z.string(),
  attributes: z.array(attribute),
  droppedAttributesCount: z.number(),
})
export const spanLink = z.object({
  traceId: z.string(),
  spanId: z.string(),
  traceState: z.string(),
  flags: z.number(),
  attributes: z.array(attribute),
  droppedAttributesCount: z.number(),
})

export const spanDetail = z.object({
  traceId: z.string(),
  spanId: z.string(),
  parentSpanId: z.string(),
  traceState: z.string(),
  flags: z.number(),
  service: z.string(),
  name: z.string(),
  kind: spanKind,
  status: spanStatus,
  statusMessage: z.string(),
  startNanos: unixNanos,
  durationNanos: z.number(),
  attributes: z.array(attribute),
  resource: z.array(attribute),
  resourceSchemaUrl: z.string(),
  scope: z.object({ name: z.string(), version: z.string(), attributes: z.array(attribute), schemaUrl: z.string() }),
  events: z.array(spanEvent),
  links: z.array(spanLink),
  droppedAttributesCount: z.number(),
  droppedEventsCount: z.number(),
  droppedLinksCount: z.number(),
  adjustedCount: z.number(),
})
export type SpanDetail = z.infer<typeof spanDetail>

export const getSpan = defineEndpoint({
  id: 'getSpan',
  group: 'traces',
  method: 'GET',
  path: '/api/traces/:traceId/spans/:spanId',
  summary: 'One span with everything it carries',
  input: z.object({ traceId: traceIdText, spanId: spanIdText }),
  output: z.object({ span: spanDetail, meta: queryMeta }),
})

export const searchTraceSpans = defineEndpoint({
  id: 'searchTraceSpans',
  group: 'traces',
  method: 'GET',
  path: '/api/traces/:traceId/search',
  summary: 'Rows of a trace whose spans match a query (names, services, attributes, events)',
  input: z.object({ traceId: traceIdText, q: z.string().min(1).max(10_000) }),
  output: z.object({ spanIds: z.array(z.string()), meta: queryMeta }),
})

export const attributeKeys = defineEndpoint({
  id: 'attributeKeys',
  group: 'attributes',
  method: 'GET',
  path: '/api/attributes/keys',
  summary: 'Keys that occur, with level, type, counts and bytes',
  input: rangeInput.extend({
    signal: z.enum(['traces', 'logs', 'metrics']).default('traces'),
    prefix: z.string().max(500).default(''),
    limit: limitInput(200, 5000),
  }),
  output: z.object({
    keys: z.array(
      z.object({
        key: z.string(),
        level: attributeLevel,
        type: z.string(),
        count: z.number(),
        bytes: z.number(),
        firstSeenNanos: unixNanos,
        lastSeenNanos: unixNanos,
        /** Has a column of its own. */
        promoted: z.boolean(),
      }),
    ),
    meta: queryMeta,
  }),
})

export const attributeValues = defineEndpoint({
  id: 'attributeValues',
  group: 'attributes',
  method: 'GET',
  path: '/api/attributes/values',
  summary: 'Frequent values of a key or of an intrinsic field (service, name, kind, status, severity)',
  input: rangeInput.extend({
    signal: z.enum(['traces', 'logs', 'metrics']).default('traces'),
    key: z.string().min(1).max(500),
    prefix: z.string().max(500).default(''),
    limit: limitInput(50, 1000),
  }),
  output: z.object({
    values: z.array(z.object({ value: z.string(), type: z.string(), count: z.number() })),
    meta: queryMeta,
  }),
})
