import { z } from 'zod'
import { defineEndpoint } from './endpoint.ts'
import { anyValue, attribute, honestCount, limitInput, queryMeta, rangeInput, unixNanos } from './common.ts'

export const SEVERITIES = ['unspecified', 'trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const
export const severity = z.enum(SEVERITIES)
export type Severity = (typeof SEVERITIES)[number]

export const logRecord = z.object({
  /** Stable identity for keys, paging and links. */
  id: z.string(),
  timeNanos: unixNanos,
  observedTimeNanos: unixNanos,
  service: z.string(),
  severity,
  severityNumber: z.number(),
  severityText: z.string(),
  eventName: z.string(),
  /** The body as one line of text for lists. */
  text: z.string(),
  body: anyValue,
  traceId: z.string(),
  spanId: z.string(),
  flags: z.number(),
  attributes: z.array(attribute),
  resource: z.array(attribute),
  scope: z.object({ name: z.string(), version: z.string(), attributes: z.array(attribute) }),
  droppedAttributesCount: z.number(),
})
export type LogRecord = z.infer<typeof logRecord>

const logSearchInput = rangeInput.extend({
  /** Search language, see docs/search.md: free text, severity>=warn, service=…, any attribute. */
  q: z.string().max(10_000).default(''),
  /** Only records of this trace; then start and end are not applied unless given. */
  traceId: z
    .string()
    .regex(/^[0-9a-fA-F]{1,32}$/)
    .optional(),
  spanId: z
    .string()
    .regex(/^[0-9a-fA-F]{1,16}$/)
    .optional(),
})

export const searchLogs = defineEndpoint({
  id: 'searchLogs',
  group: 'logs',
  method: 'GET',
  path: '/api/logs',
  summary: 'Find log records',
  input: logSearchInput.extend({
    sort: z.enum(['newest', 'oldest']).default('newest'),
    limit: limitInput(100, 5000),
    cursor: z.string().max(500).optional(),
  }),
  output: z.object({
    logs: z.array(logRecord),
    nextCursor: z.string().nullable(),
    total: honestCount,
    meta: queryMeta,
  }),
})

export const logHistogram = defineEndpoint({
  id: 'logHistogram',
  group: 'logs',
  method: 'GET',
  path: '/api/logs/histogram',
  summary: 'Matching log records by time and severity',
  input: logSearchInput.extend({ timeBuckets: limitInput(120, 1000) }),
  output: z.object({
    startNanos: unixNanos,
    stepNanos: z.number(),
    /** One array a severity that occurs, one entry a time bucket. */
    series: z.array(z.object({ severity, counts: z.array(z.number()) })),
    meta: queryMeta,
  }),
})

export const tailLogs = defineEndpoint({
  id: 'tailLogs',
  group: 'logs',
  method: 'GET',
  path: '/api/logs/tail',
  summary: 'Log records as they arrive, before they are stored',
  stream: true,
  input: z.object({ q: z.string().max(10_000).default(''), maxPerSecond: limitInput(100, 1000) }),
  output: z.object({
    logs: z.array(logRecord),
    /** Matching records left out to keep to the rate. */ skipped: z.number(),
  }),
})
