import { z } from 'zod'
import { durationMs } from '../../config/fields.ts'
import { compressionSchema } from '../../kit/client-config.ts'
import { queueSchema, type QueueConfig } from '../../kit/queue-config.ts'
import { retrySchema, type RetryConfig } from '../../kit/retry.ts'
import { tlsClientSchema, type TlsClientConfig } from '../../kit/tls.ts'

export interface OtlpGrpcExporterConfig {
  readonly endpoint: string
  readonly tls: TlsClientConfig
  readonly compression: string
  readonly headers: Readonly<Record<string, string>>
  /** Milliseconds for one attempt. */
  readonly timeout: number
  readonly keepalive: { readonly time: number }
  readonly sending_queue: QueueConfig
  readonly retry_on_failure: RetryConfig
  readonly connections: number
}

/** `exporters.otlp_grpc`. */
export const otlpGrpcExporterSchema: z.ZodType<OtlpGrpcExporterConfig> = z.strictObject({
  endpoint: z
    .string()
    .default('')
    .refine((text) => text !== '', {
      message: 'requires a non-empty "endpoint"',
      params: { fix: 'add endpoint: host:4317' },
    })
    .describe('host:port of an OTLP/gRPC server. http:// means plain text, https:// TLS.'),
  tls: tlsClientSchema.prefault({}).describe('TLS is on unless `insecure: true` or the endpoint begins with http://.'),
  compression: compressionSchema,
  headers: z.record(z.string(), z.string()).default({}).describe('Sent with every request.'),
  timeout: durationMs('5s').describe('Time for one attempt; 0 is as long as it takes (at most 10 minutes).'),
  keepalive: z
    .looseObject({ time: durationMs('30s').describe('Ping a silent server after this time; 0 never.') })
    .prefault({} as never),
  sending_queue: queueSchema.prefault({}),
  retry_on_failure: retrySchema.prefault({}),
  connections: z.int().min(1).max(64).default(1).describe('Connections to spread requests over (Clew only).'),
  balancer_name: z.string().optional().describe('Accepted; requests go round the connections.'),
  wait_for_ready: z.boolean().optional().describe('Accepted; a lost connection is opened again.'),
  read_buffer_size: z.int().optional().describe('Accepted; buffers are sized by themselves.'),
  write_buffer_size: z.int().optional().describe('Accepted; buffers are sized by themselves.'),
})
