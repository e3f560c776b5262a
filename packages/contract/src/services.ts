import { z } from 'zod'
import { defineEndpoint } from './endpoint.ts'
import { limitInput, queryMeta, rangeInput, spanKind, unixNanos } from './common.ts'

/** Rate, errors, duration over a period, weighted by adjusted counts. Durations are null when nothing ran. */
export const red = z.object({
  calls: z.number(),
  errors: z.number(),
  callsPerSecond: z.number(),
  errorRatio: z.number(),
  p50Nanos: z.number().nullable(),
  p95Nanos: z.number().nullable(),
  p99Nanos: z.number().nullable(),
})
export type Red = z.infer<typeof red>

/** Equal steps over the asked range; arrays have one entry a step, null where nothing ran. */
export const redSeries = z.object({
  startNanos: unixNanos,
  stepNanos: z.number(),
  calls: z.array(z.number()),
  errors: z.array(z.number()),
  p50Nanos: z.array(z.number().nullable()),
  p95Nanos: z.array(z.number().nullable()),
  p99Nanos: z.array(z.number().nullable()),
})
export type RedSeries = z.infer<typeof redSeries>

export const listServices = defineEndpoint({
  id: 'listServices',
  group: 'services',
  method: 'GET',
  path: '/api/services',
  summary: 'Services with rate, errors and durations of their entry spans (server and consumer; all when none)',
  input: rangeInput.extend({
    steps: limitInput(30, 500),
    limit: limitInput(500, 5000),
    prefix: z.string().max(500).default(''),
  }),
  output: z.object({
    services: z.array(
      z.object({ name: z.string(), spanCount: z.number(), red, series: redSeries, lastSeenNanos: unixNanos }),
    ),
    meta: queryMeta,
  }),
})

export const listOperations = defineEndpoint({
  id: 'listOperations',
  group: 'services',
  method: 'GET',
  path: '/api/operations',
  summary: 'Operations (span names), of one service or of all',
  input: rangeInput.extend({
    service: z.string().max(1000).optional(),
    kind: spanKind.optional(),
    prefix: z.string().max(500).default(''),
    limit: limitInput(200, 5000),
  }),
  output: z.object({
    operations: z.array(z.object({ service: z.string(), name: z.string(), kind: spanKind, red })),
    meta: queryMeta,
  }),
})

export const getService = defineEndpoint({
  id: 'getService',
  group: 'services',
  method: 'GET',
  path: '/api/services/:service',
  summary: 'One service: totals, series, operations, who calls it and whom it calls, instances',
  input: rangeInput.extend({ service: z.string().min(1).max(1000), steps: limitInput(60, 1000) }),
  output: z.object({
    name: z.string(),
    red,
    series: redSeries,
    operations: z.array(z.object({ name: z.string(), kind: spanKind, red })),
    callers: z.array(z.object({ service: z.string(), red })),
    callees: z.array(z.object({ service: z.string(), kind: z.string(), red })),
    /** Resource attributes that tell instances apart, with values seen. */
    resources: z.array(z.object({ key: z.string(), values: z.array(z.string()) })),
    meta: queryMeta,
  }),
})

export const serviceGraph = defineEndpoint({
  id: 'serviceGraph',
  group: 'services',
  method: 'GET',
  path: '/api/service-graph',
  summary: 'Services and the calls between them',
  input: rangeInput,
  output: z.object({
    nodes: z.array(
      z.object({
        name: z.string(),
        /** `service` sends telemetry itself; the others are known from their callers only. */
        kind: z.enum(['service', 'database', 'messaging', 'external']),
        red,
      }),
    ),
    edges: z.array(
      z.object({
        source: z.string(),
        target: z.string(),
        kind: z.enum(['call', 'messaging', 'database', 'external']),
        red,
      }),
    ),
    /** Calls that ended less than this long ago may still be missing. */
    settledNanos: unixNanos,
    meta: queryMeta,
  }),
})
