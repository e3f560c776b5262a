import { SIGNALS } from '@clew/otlp/signal'
import type { ExporterFactory } from '../../core/factory.ts'
import { otlpGrpcExporterSchema, type OtlpGrpcExporterConfig } from './config.ts'
import { otlpGrpcExporter } from './otlp-grpc.ts'

/** `otlp_grpc` (older name `otlp`): OTLP over gRPC. */
export const otlpGrpcExporterFactory: ExporterFactory<OtlpGrpcExporterConfig> = {
  kind: 'exporter',
  type: 'otlp_grpc',
  aliases: ['otlp'],
  stability: 'stable',
  description: 'Sends OTLP over gRPC; batches nobody changed are sent as the bytes they came in.',
  schema: otlpGrpcExporterSchema,
  signals: SIGNALS,
  create: otlpGrpcExporter,
}
