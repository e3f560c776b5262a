import { SIGNALS } from '@clew/otlp/signal'
import type { ExporterFactory } from '../../core/factory.ts'
import { fileSchema, type FileConfig } from './config.ts'
import { FileExporter } from './file.ts'

/** `file`: writes requests to a file. */
export const fileFactory: ExporterFactory<FileConfig> = {
  kind: 'exporter',
  type: 'file',
  stability: 'beta',
  description: 'Writes OTLP JSON lines or length-prefixed protobuf to a file, with rotation.',
  schema: fileSchema,
  signals: SIGNALS,
  create: (config, context) => new FileExporter(config, context),
}
