import { SIGNALS } from '@clew/otlp/signal'
import type { ExporterFactory } from '../../core/factory.ts'
import { otlpHttpExporterSchema, type OtlpHttpExporterConfig } from './config.ts'
import { otlpHttpExporter } from './otlp-http.ts'

/** `otlp_http` (older name `otlphttp`): OTLP over HTTP. */
export const otlpHttpExporterFactory: ExporterFactory<OtlpHttpExporterConfig> = {
  kind: 'exporter',
  type: 'otlp_http',
  aliases: ['otlphttp'],
  stability: 'stable',
  description: 'Sends OTLP over HTTP as protobuf or JSON.',
  schema: otlpHttpExporterSchema,
  signals: SIGNALS,
  create: otlpHttpExporter,
}
