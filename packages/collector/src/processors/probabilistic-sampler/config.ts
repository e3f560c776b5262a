import { z } from 'zod'
import { integer } from '../../config/fields.ts'

export interface ProbabilisticSamplerConfig {
  readonly sampling_percentage: number
  readonly hash_seed: number
  readonly mode: 'hash_seed' | 'proportional' | 'equalizing'
  readonly fail_closed: boolean
  readonly sampling_precision: number
  readonly attribute_source: 'traceID' | 'record'
  readonly from_attribute: string
  readonly sampling_priority: string
}

/** `processors.probabilistic_sampler`. */
export const probabilisticSamplerSchema: z.ZodType<ProbabilisticSamplerConfig> = z
  .strictObject({
    sampling_percentage: z
      .number()
      .min(0, 'sampling rate is negative')
      .default(0)
      .describe('How much to keep: 0 nothing, 100 and more everything.'),
    hash_seed: integer(0, 0, 0xffff_ffff).describe('Collectors of one tier must agree on it.'),
    mode: z
      .enum(['hash_seed', 'proportional', 'equalizing', ''])
      .default('hash_seed')
      .describe('proportional and equalizing are consistent and leave counts right (ot=th).'),
    fail_closed: z.boolean().default(true).describe('Drop what cannot be decided.'),
    sampling_precision: integer(4, 1, 14).describe('Hex digits of thresholds.'),
    attribute_source: z.enum(['traceID', 'record']).default('traceID').describe('Logs: what is hashed.'),
    from_attribute: z.string().default('').describe('Logs: attribute to hash, with attribute_source: record.'),
    sampling_priority: z.string().default('').describe('Logs: attribute with a percentage of its own.'),
  })
  .transform((config) => ({ ...config, mode: config.mode === '' ? 'hash_seed' : config.mode }))
  .refine((config) => config.attribute_source === 'traceID' || config.from_attribute !== '', {
    message: 'attribute_source: record needs from_attribute',
  })
