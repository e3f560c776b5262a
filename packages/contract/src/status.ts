import { z } from 'zod'
import { defineEndpoint } from './endpoint.ts'
import { unixNanos } from './common.ts'
import { perSignal } from './pipeline.ts'

export const getStatus = defineEndpoint({
  id: 'getStatus',
  group: 'status',
  method: 'GET',
  path: '/api/status',
  summary: 'This installation: version, addresses, store, whether telemetry has arrived, and how to send some',
  input: z.object({}),
  output: z.object({
    version: z.string(),
    nodeVersion: z.string(),
    uptimeMs: z.number(),
    ready: z.boolean(),
    /** Set when not ready or degraded: what is wrong. */
    problem: z.string().nullable(),
    /** Since when. */
    problemSinceNanos: unixNanos.nullable(),
    endpoints: z.object({ otlpGrpc: z.string(), otlpHttp: z.string(), ui: z.string() }),
    store: z.object({
      kind: z.enum(['chdb', 'clickhouse']),
      location: z.string(),
      /** Empty while a database server has not been reached yet. */
      version: z.string(),
      retention: z.string(),
    }),
    /** True since the first stored item ever. */
    hasData: z.boolean(),
    received: perSignal,
    /** Exact commands for this installation, for the empty state. */
    setup: z.array(z.object({ id: z.string(), title: z.string(), language: z.string(), command: z.string() })),
  }),
})
export type Status = z.infer<typeof getStatus.output>

export const sendTestTrace = defineEndpoint({
  id: 'sendTestTrace',
  group: 'status',
  method: 'POST',
  path: '/api/test-trace',
  summary: 'Send one small trace through the real receiver',
  scope: 'ingest',
  input: z.object({}),
  output: z.object({ traceId: z.string() }),
})
