import { z } from 'zod'
import { byteSize } from '../../config/fields.ts'
import { OTLP_HTTP_PATH } from '../../kit/otlp-paths.ts'
import {
  grpcServerSchema,
  httpServerShape,
  type GrpcServerConfig,
  type HttpServerConfig,
} from '../../kit/server-config.ts'

export interface OtlpHttpConfig extends HttpServerConfig {
  readonly traces_url_path: string
  readonly logs_url_path: string
  readonly metrics_url_path: string
}

export interface OtlpReceiverConfig {
  readonly protocols: {
    readonly grpc?: GrpcServerConfig | undefined
    readonly http?: OtlpHttpConfig | undefined
  }
  readonly max_in_flight_bytes: number
}

const path = (standard: string): z.ZodType<string> =>
  z
    .string()
    .transform((text) => (text.startsWith('/') ? text : `/${text}`))
    .default(standard)
    .describe('Path of the endpoint.')

const httpSchema: z.ZodType<OtlpHttpConfig> = z.strictObject({
  ...httpServerShape('localhost:4318'),
  traces_url_path: path(OTLP_HTTP_PATH.traces),
  logs_url_path: path(OTLP_HTTP_PATH.logs),
  metrics_url_path: path(OTLP_HTTP_PATH.metrics),
})

/** `receivers.otlp`. A protocol is switched on by being there, even with nothing in it. */
export const otlpReceiverSchema: z.ZodType<OtlpReceiverConfig> = z.strictObject({
  protocols: z
    .strictObject({
      grpc: grpcServerSchema('localhost:4317').optional().describe('OTLP/gRPC.'),
      http: httpSchema.optional().describe('OTLP/HTTP, protobuf and JSON.'),
    })
    .prefault({})
    .refine((protocols) => protocols.grpc !== undefined || protocols.http !== undefined, {
      message: 'must specify at least one protocol when using the OTLP receiver',
      params: { fix: 'add protocols: {grpc: {}, http: {}}' },
    }),
  max_in_flight_bytes: byteSize(512 * 1024 * 1024, { min: 1024 }).describe(
    'Bytes of requests held at once; beyond it senders are told to wait (Clew only).',
  ),
})
