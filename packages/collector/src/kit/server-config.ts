import { z } from 'zod'
import { byteSize, durationMs, integer } from '../config/fields.ts'
import { tlsServerSchema, type TlsServerConfig } from './tls.ts'

/** Settings of a gRPC server. Durations are in milliseconds; 0 switches a limit of time off. */
export interface GrpcServerConfig {
  readonly endpoint: string
  readonly transport: 'tcp' | 'unix'
  readonly tls?: TlsServerConfig | undefined
  readonly max_recv_msg_size_mib: number
  readonly max_concurrent_streams: number
  readonly max_connections: number
  readonly stall_timeout: number
  readonly include_metadata: boolean
  readonly read_buffer_size: number
  readonly write_buffer_size: number
  readonly keepalive: { readonly server_parameters: KeepaliveServerConfig; readonly enforcement_policy?: unknown }
}

export interface KeepaliveServerConfig {
  readonly max_connection_idle: number
  readonly max_connection_age: number
  readonly max_connection_age_grace: number
  readonly time: number
  readonly timeout: number
}

const keepalive = z.strictObject({
  server_parameters: z
    .strictObject({
      max_connection_idle: durationMs('0s').describe('Close a connection without calls after this time.'),
      max_connection_age: durationMs('0s').describe(
        'Ask clients to connect anew after this time (for load balancers).',
      ),
      max_connection_age_grace: durationMs('30s').describe('What calls under way get then.'),
      time: durationMs('2h').describe('Ping a silent client after this time.'),
      timeout: durationMs('20s').describe('Close when the ping is not answered in this time.'),
    })
    .prefault({} as never),
  enforcement_policy: z.looseObject({}).optional().describe('Accepted; clients may ping as often as they like.'),
})

const DEFAULT_MAX_MESSAGE_MIB = 64

/** `protocols.grpc` of a receiver. */
export function grpcServerSchema(endpoint: string): z.ZodType<GrpcServerConfig> {
  return z.strictObject({
    endpoint: z.string().default(endpoint).describe('host:port to listen at, or unix:///path.'),
    transport: z.enum(['tcp', 'unix']).default('tcp').describe('unix: endpoint is the path of a socket.'),
    tls: tlsServerSchema.optional().describe('Serve TLS.'),
    max_recv_msg_size_mib: integer(DEFAULT_MAX_MESSAGE_MIB, 1, 1024).describe('Largest message, decompressed.'),
    max_concurrent_streams: integer(1000, 1, 100_000).describe('Calls at once on one connection.'),
    max_connections: integer(4096, 1, 1_000_000).describe('Connections at once (Clew only).'),
    stall_timeout: durationMs('30s', { positive: true }).describe(
      'Cut a client that stops in mid-message (Clew only).',
    ),
    include_metadata: z.boolean().default(false).describe('Give request headers to processors (from_context).'),
    read_buffer_size: integer(0, 0).describe('Accepted; buffers are sized by themselves.'),
    write_buffer_size: integer(0, 0).describe('Accepted; buffers are sized by themselves.'),
    keepalive: keepalive.prefault({} as never).describe('Pings and age of connections.'),
  })
}

/** Settings of an HTTP server. */
export interface HttpServerConfig {
  readonly endpoint: string
  readonly transport: 'tcp' | 'unix'
  readonly tls?: TlsServerConfig | undefined
  readonly max_request_body_size: number
  readonly max_connections: number
  readonly read_header_timeout: number
  readonly read_timeout: number
  readonly write_timeout: number
  readonly idle_timeout: number
  readonly include_metadata: boolean
  readonly cors: CorsConfig
}

export interface CorsConfig {
  readonly allowed_origins: readonly string[]
  readonly allowed_headers: readonly string[]
  readonly exposed_headers: readonly string[]
  readonly max_age: number
}

const LOCAL_ORIGINS = ['http://localhost:*', 'http://127.0.0.1:*', 'http://localhost', 'http://127.0.0.1']

const corsSchema: z.ZodType<CorsConfig> = z.strictObject({
  allowed_origins: z
    .array(z.string())
    .default(LOCAL_ORIGINS)
    .describe('Pages that may send; * stands for anything within an origin.'),
  allowed_headers: z.array(z.string()).default([]).describe('Request headers besides the usual ones.'),
  exposed_headers: z.array(z.string()).default([]).describe('Response headers that pages may read.'),
  max_age: integer(7200, 0, 86_400).describe('Seconds a browser may remember the permission.'),
})

/** The shape of an HTTP server's settings, for components that add keys of their own. */
export function httpServerShape(endpoint: string): {
  readonly [K in keyof HttpServerConfig]-?: z.ZodType<HttpServerConfig[K]>
} {
  return {
    endpoint: z.string().default(endpoint).describe('host:port to listen at, or unix:///path.'),
    transport: z.enum(['tcp', 'unix']).default('tcp').describe('unix: endpoint is the path of a socket.'),
    tls: tlsServerSchema.optional().describe('Serve TLS.'),
    max_request_body_size: byteSize(64 * 1024 * 1024, { min: 1 }).describe('Largest body, decompressed.'),
    max_connections: integer(4096, 1, 1_000_000).describe('Connections at once (Clew only).'),
    read_header_timeout: durationMs('10s', { positive: true }).describe('Time for the headers of a request to arrive.'),
    read_timeout: durationMs('60s', { positive: true }).describe('Time for a whole request to arrive.'),
    write_timeout: durationMs('0s').describe('Accepted; an answer takes as long as the pipeline takes.'),
    idle_timeout: durationMs('60s').describe('Close a connection without requests after this time.'),
    include_metadata: z.boolean().default(false).describe('Give request headers to processors (from_context).'),
    cors: corsSchema.prefault({}).describe('Which browser pages may send here.'),
  }
}
