import type { Consumer } from '@clew/otlp/consumer'
import { SIGNALS } from '@clew/otlp/signal'
import type { ExporterFactory } from '../../core/factory.ts'
import { ClewExporter } from './clew.ts'
import { clewExporterSchema, type ClewExporterConfig } from './config.ts'

/** `clew`: writes to the store that the composition root gives. */
export function clewExporterFactory(store: Consumer): ExporterFactory<ClewExporterConfig> {
  return {
    kind: 'exporter',
    type: 'clew',
    stability: 'beta',
    description: "Writes to Clew's store and answers the sender when the data is on disk.",
    schema: clewExporterSchema,
    signals: SIGNALS,
    create: (_config, context) => new ClewExporter(store, context),
  }
}
