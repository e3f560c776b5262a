import type { Signal } from '@clew/otlp/signal'

/** Full gRPC method paths of the OTLP services. */
export const OTLP_GRPC_METHOD: Readonly<Record<Signal, string>> = {
  traces: '/opentelemetry.proto.collector.trace.v1.TraceService/Export',
  logs: '/opentelemetry.proto.collector.logs.v1.LogsService/Export',
  metrics: '/opentelemetry.proto.collector.metrics.v1.MetricsService/Export',
}

/** The method of the profiles service, which is still in development and not taken. */
export const PROFILES_GRPC_METHOD = '/opentelemetry.proto.collector.profiles.v1development.ProfilesService/Export'

/** Default OTLP/HTTP paths. */
export const OTLP_HTTP_PATH: Readonly<Record<Signal, string>> = {
  traces: '/v1/traces',
  logs: '/v1/logs',
  metrics: '/v1/metrics',
}

/** Paths under which senders try profiles. */
export const PROFILES_HTTP_PATHS: readonly string[] = ['/v1development/profiles', '/v1/profiles']
