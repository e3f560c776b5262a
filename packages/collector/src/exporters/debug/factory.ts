import { SIGNALS } from '@clew/otlp/signal'
import type { ExporterFactory } from '../../core/factory.ts'
import { debugSchema, type DebugConfig } from './config.ts'
import { DebugExporter } from './debug.ts'

/** `debug`: shows what arrives. */
export const debugFactory: ExporterFactory<DebugConfig> = {
  kind: 'exporter',
  type: 'debug',
  stability: 'stable',
  description: 'Prints what arrives, from counts to every field.',
  schema: debugSchema,
  signals: SIGNALS,
  create: (config, context) => new DebugExporter(config, context),
}
