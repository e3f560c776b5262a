import { z } from 'zod'
import { tlsServerSchema, type TlsServerConfig } from '../../kit/tls.ts'

export interface HealthCheckConfig {
  readonly endpoint: string
  readonly path: string
  readonly tls?: TlsServerConfig | undefined
  readonly response_body?: { readonly healthy: string; readonly unhealthy: string } | undefined
}

/** `extensions.health_check`. */
export const healthCheckSchema: z.ZodType<HealthCheckConfig> = z.strictObject({
  endpoint: z.string().default('localhost:13133').describe('host:port to listen at.'),
  path: z.string().startsWith('/', 'path must start with /').default('/').describe('Path of the answer.'),
  tls: tlsServerSchema.optional().describe('Serve TLS.'),
  response_body: z
    .strictObject({ healthy: z.string().default(''), unhealthy: z.string().default('') })
    .optional()
    .describe('Texts to answer instead of JSON.'),
  check_collector_pipeline: z.looseObject({}).optional().describe('Accepted; it never had an effect upstream.'),
})
