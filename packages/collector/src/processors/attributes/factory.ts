import { SIGNALS } from '@clew/otlp/signal'
import type { ProcessorFactory } from '../../core/factory.ts'
import { AttributesProcessor } from './attributes.ts'
import { attributesSchema, type AttributesConfig } from './config.ts'

/** `attributes`: changes the attributes of spans, log records and data points. */
export const attributesFactory: ProcessorFactory<AttributesConfig> = {
  kind: 'processor',
  type: 'attributes',
  stability: 'stable',
  description: 'Inserts, updates, deletes, hashes, extracts and converts attributes of items.',
  schema: attributesSchema,
  signals: SIGNALS,
  create: (config, context, signal, next) => new AttributesProcessor(config, context, signal, next),
}
