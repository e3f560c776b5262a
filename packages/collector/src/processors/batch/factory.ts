import { SIGNALS } from '@clew/otlp/signal'
import type { ProcessorFactory } from '../../core/factory.ts'
import { PassThrough } from '../../kit/pass-through.ts'
import { batchSchema, type BatchConfig } from './config.ts'

/**
 * `batch`: in the Collector this processor gathers items, answers the sender at once and loses what fails later. Here it
 * only tells the queues of the exporters behind it how to fill their requests, so errors reach the sender.
 */
export const batchFactory: ProcessorFactory<BatchConfig> = {
  kind: 'processor',
  type: 'batch',
  stability: 'stable',
  description: 'Makes the exporters behind it gather items into bigger requests.',
  schema: batchSchema,
  signals: SIGNALS,
  create: (_config, _context, _signal, next) => new PassThrough(next),
  batchHint: (config) => ({
    flushTimeoutMs: Math.max(1, config.timeout),
    minSize: config.timeout === 0 ? 0 : config.send_batch_size,
    maxSize: config.send_batch_max_size,
  }),
}
