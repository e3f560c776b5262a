import { z } from 'zod'
import { durationMs } from '../../config/fields.ts'
import { compressionSchema } from '../../kit/client-config.ts'
import { queueSchema, type QueueConfig } from '../../kit/queue-config.ts'
import { retrySchema, type RetryConfig } from '../../kit/retry.ts'
import { tlsClientSchema, type TlsClientConfig } from '../../kit/tls.ts'

export interface OtlpHttpExporterConfig {
  readonly endpoint: string
  readonly traces_endpoint: string
  readonly logs_endpoint: string
  readonly metrics_endpoint: string
  readonly encoding: 'proto' | 'json'
  readonly tls: TlsClientConfig
  readonly compression: string
  readonly headers: Readonly<Record<string, string>>
  /** Milliseconds for one attempt. */
  readonly timeout: number
  readonly max_conns_per_host: number
  readonly sending_queue: QueueConfig
  readonly retry_on_failure: RetryConfig
}

const SIGNAL_ENDPOINTS = ['traces_endpoint', 'logs_endpoint', 'metrics_endpoint'] as const

/** `exporters.otlp_http`. */
export const otlpHttpExporterSchema: z.ZodType<OtlpHttpExporterConfig> = z
  .strictObject({
    endpoint: z.string().default('').describe('Base URL; /v1/traces, /v1/logs and /v1/metrics are added.'),
    traces_endpoint: z.string().default('').describe('Whole URL for traces, instead of endpoint.'),
    logs_endpoint: z.string().default('').describe('Whole URL for logs, instead of endpoint.'),
    metrics_endpoint: z.string().default('').describe('Whole URL for metrics, instead of endpoint.'),
    encoding: z.enum(['proto', 'json']).default('proto').describe('Body format.'),
    tls: tlsClientSchema.prefault({}).describe('Certificates for https:// URLs.'),
    compression: compressionSchema,
    headers: z.record(z.string(), z.string()).default({}).describe('Sent with every request.'),
    timeout: durationMs('30s').describe('Time for one attempt; 0 is as long as it takes (at most 10 minutes).'),
    max_conns_per_host: z.int().min(1).max(1000).default(20).describe('Connections at once.'),
    sending_queue: queueSchema.prefault({}),
    retry_on_failure: retrySchema.prefault({}),
    read_buffer_size: z.int().optional().describe('Accepted; buffers are sized by themselves.'),
    write_buffer_size: z.int().optional().describe('Accepted; buffers are sized by themselves.'),
  })
  .superRefine((config, context) => {
    if (config.endpoint === '' && SIGNAL_ENDPOINTS.every((key) => config[key] === '')) {
      context.addIssue({
        code: 'custom',
        message: 'at least one endpoint must be specified',
        params: { fix: 'add endpoint: http://host:4318' },
      })
    }
    for (const key of ['endpoint', ...SIGNAL_ENDPOINTS] as const) {
      if (config[key] === '' || isHttpUrl(config[key])) continue
      const message = `${key} must be a valid URL`
      context.addIssue({ code: 'custom', path: [key], message, params: { fix: 'write http://host:4318 or https://…' } })
    }
  })

function isHttpUrl(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)
}
