import { z } from 'zod'
import { defineEndpoint } from './endpoint.ts'
import { limitInput, unixNanos } from './common.ts'

export const perSignal = z.object({ traces: z.number(), logs: z.number(), metrics: z.number() })

/** Something that is wrong now. */
export const trouble = z.object({
  message: z.string(),
  /** What to do about it; empty when there is nothing to do. */
  fix: z.string(),
  sinceNanos: unixNanos,
  /** True when new data is refused because of it. */
  refusing: z.boolean(),
})
export type Trouble = z.infer<typeof trouble>

export const pipelineNode = z.object({
  /** `receiver/otlp`, `processor/batch@traces`, `exporter/clew`. */
  id: z.string(),
  kind: z.enum(['receiver', 'processor', 'exporter', 'connector', 'extension']),
  name: z.string(),
  pipelines: z.array(z.string()),
  status: z.enum(['starting', 'ok', 'recoverable-error', 'permanent-error', 'fatal-error', 'stopping', 'stopped']),
  statusMessage: z.string(),
  statusSinceNanos: unixNanos,
  queue: z
    .object({
      items: z.number(),
      bytes: z.number(),
      capacityItems: z.number().nullable(),
      capacityBytes: z.number().nullable(),
    })
    .nullable(),
})

export const getPipeline = defineEndpoint({
  id: 'getPipeline',
  group: 'pipeline',
  method: 'GET',
  path: '/api/pipeline',
  summary: 'What came in, what was stored, dropped (by reason), refused and queued; how old the newest row is',
  input: z.object({}),
  output: z.object({
    nodes: z.array(pipelineNode),
    /** `items` are totals since the start, in spans, log records and data points. */
    edges: z.array(z.object({ source: z.string(), target: z.string(), items: perSignal, bytes: perSignal })),
    /** The books: received + added = stored + forwarded + dropped + refused + queued + inProgress, at all times. */
    totals: z.object({
      received: perSignal,
      /** Copies and items made inside: an item that goes to two exporters counts once more. */
      added: perSignal,
      stored: perSignal,
      forwarded: perSignal,
      dropped: perSignal,
      refused: perSignal,
      queued: perSignal,
      /** Inside a call that has not returned. */
      inProgress: perSignal,
    }),
    dropped: z.array(
      z.object({
        component: z.string(),
        reason: z.string(),
        signal: z.string(),
        count: z.number(),
        lastNanos: unixNanos,
      }),
    ),
    refused: z.array(
      z.object({
        component: z.string(),
        reason: z.string(),
        signal: z.string(),
        count: z.number(),
        /** Requests turned away unread, whose items nobody has counted. */
        unreadRequests: z.number(),
        lastNanos: unixNanos,
      }),
    ),
    store: z.object({
      status: z.enum(['ok', 'degraded', 'failing']),
      /** The worst of `troubles`; empty when nothing is wrong. */
      message: z.string(),
      sinceNanos: unixNanos.nullable(),
      /** Everything that is wrong now, what refuses data first. */
      troubles: z.array(trouble),
      queuedBytes: z.number(),
      queuedRows: z.number(),
      segmentsWaiting: z.number(),
      /** Age of the newest searchable row; null when there is none. */
      newestRowAgeMs: z.object({
        traces: z.number().nullable(),
        logs: z.number().nullable(),
        metrics: z.number().nullable(),
      }),
      diskBytes: z.number().nullable(),
      rows: perSignal,
      /**
       * When `rows` and `diskBytes` were counted: rows that came later are not in them. Usually within the last second; longer ago while the
       * database is busy or away. Null when they never were.
       */
      countedNanos: unixNanos.nullable(),
    }),
    process: z.object({
      uptimeMs: z.number(),
      rssBytes: z.number(),
      cpuPercent: z.number(),
      eventLoopLagMs: z.number(),
    }),
    timeNanos: unixNanos,
  }),
})
export type Pipeline = z.infer<typeof getPipeline.output>

export const recentDecisions = defineEndpoint({
  id: 'recentDecisions',
  group: 'pipeline',
  method: 'GET',
  path: '/api/pipeline/decisions',
  summary: 'Why items were dropped, changed or sampled lately, by which rule',
  input: z.object({
    component: z.string().max(200).optional(),
    traceId: z.string().max(32).optional(),
    limit: limitInput(100, 1000),
  }),
  output: z.object({
    decisions: z.array(
      z.object({
        timeNanos: unixNanos,
        component: z.string(),
        signal: z.string(),
        action: z.enum(['dropped', 'changed', 'sampled', 'refused']),
        reason: z.string(),
        rule: z.string(),
        count: z.number(),
        traceId: z.string(),
        spanId: z.string(),
      }),
    ),
  }),
})

export const tapPipeline = defineEndpoint({
  id: 'tapPipeline',
  group: 'pipeline',
  method: 'GET',
  path: '/api/pipeline/tap',
  summary: 'A bounded, sampled look at what flows out of a component, live',
  stream: true,
  input: z.object({
    node: z.string().max(200).default(''),
    signal: z.enum(['traces', 'logs', 'metrics']).optional(),
    maxPerSecond: limitInput(20, 200),
  }),
  output: z.object({
    items: z.array(
      z.object({
        signal: z.enum(['traces', 'logs', 'metrics']),
        timeNanos: unixNanos,
        service: z.string(),
        /** Span name, log text or metric name. */
        title: z.string(),
        traceId: z.string(),
        spanId: z.string(),
        durationNanos: z.number().nullable(),
        error: z.boolean(),
      }),
    ),
    skipped: z.number(),
  }),
})
