import { SIGNALS } from '@clew/otlp/signal'
import type { ProcessorFactory } from '../../core/factory.ts'
import { memoryLimiterSchema, type MemoryLimiterConfig } from './config.ts'
import { MemoryLimiter } from './memory-limiter.ts'
import { forceGc, totalMemoryBytes } from './process-memory.ts'

/** `memory_limiter`: refuses data while the process is short of memory or of time. */
export const memoryLimiterFactory: ProcessorFactory<MemoryLimiterConfig> = {
  kind: 'processor',
  type: 'memory_limiter',
  stability: 'stable',
  description: 'Tells senders to wait while memory is short or the event loop is late, before anything is decoded.',
  schema: memoryLimiterSchema,
  signals: SIGNALS,
  create: (config, context, signal, next) =>
    new MemoryLimiter(config, context, signal, next, {
      rssBytes: () => process.memoryUsage.rss(),
      totalBytes: totalMemoryBytes,
      forceGc,
    }),
}
