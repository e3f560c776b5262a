import { SIGNALS } from '@clew/otlp/signal'
import type { ProcessorFactory } from '../../core/factory.ts'
import { resourceSchema, type ResourceConfig } from './config.ts'
import { ResourceProcessor } from './resource.ts'

/** `resource`: changes the attributes of resources. */
export const resourceFactory: ProcessorFactory<ResourceConfig> = {
  kind: 'processor',
  type: 'resource',
  stability: 'stable',
  description: 'Inserts, updates, deletes, hashes, extracts and converts resource attributes.',
  schema: resourceSchema,
  signals: SIGNALS,
  create: (config, context, _signal, next) => new ResourceProcessor(config, context, next),
}
