import type { ProcessorFactory } from '../../core/factory.ts'
import { probabilisticSamplerSchema, type ProbabilisticSamplerConfig } from './config.ts'
import { ProbabilisticSampler } from './probabilistic-sampler.ts'

/** `probabilistic_sampler`: keeps a share of traces or log records. */
export const probabilisticSamplerFactory: ProcessorFactory<ProbabilisticSamplerConfig> = {
  kind: 'processor',
  type: 'probabilistic_sampler',
  stability: 'beta',
  description: 'Keeps a share of traces or log records, and can write how much into the tracestate.',
  schema: probabilisticSamplerSchema,
  signals: ['traces', 'logs'],
  create: (config, context, signal, next) => new ProbabilisticSampler(config, context, signal, next),
}
